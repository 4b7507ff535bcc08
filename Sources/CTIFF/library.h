// SPDX-License-Identifier: Apache-2.0
//
// The functions of libtiff, by their addresses.
#pragma once

#include <stdarg.h>
#include <tiffio.h>

#include "include/CTIFF.h"

// The functions that libtiff has since version 4.0, with the types of its header. Their types and the structure
// TIFFRGBAImage are the same in the headers of 4.4.0, whose name is libtiff.so.5, and of 4.5.0 to 4.7.1: libtiff.so.6.
#define PX_TIFF_FUNCTIONS(use) \
    use(TIFFClientOpen) \
    use(TIFFClose) \
    use(TIFFIsTiled) \
    use(TIFFNumberOfStrips) \
    use(TIFFNumberOfTiles) \
    use(TIFFRGBAImageBegin) \
    use(TIFFRGBAImageEnd) \
    use(TIFFRGBAImageGet) \
    use(TIFFRGBAImageOK) \
    use(TIFFReadEncodedStrip) \
    use(TIFFReadEncodedTile) \
    use(TIFFReadScanline) \
    use(TIFFScanlineSize64) \
    use(TIFFSetErrorHandler) \
    use(TIFFSetErrorHandlerExt) \
    use(TIFFSetField) \
    use(TIFFSetWarningHandler) \
    use(TIFFTileSize64)

// A handler of messages; `context` is that of the reader.
typedef int px_tiff_handler(
    TIFF *tiff, void *context, const char *module, const char *format, va_list arguments);

// The functions that libtiff has since version 4.5: name, result and parameters.
#define PX_TIFF_OPTION_FUNCTIONS(use) \
    use(TIFFOpenOptionsAlloc, void *, (void)) \
    use(TIFFOpenOptionsFree, void, (void *)) \
    use(TIFFOpenOptionsSetErrorHandlerExtR, void, (void *, px_tiff_handler *, void *)) \
    use(TIFFOpenOptionsSetMaxSingleMemAlloc, void, (void *, tmsize_t)) \
    use(TIFFOpenOptionsSetWarningHandlerExtR, void, (void *, px_tiff_handler *, void *)) \
    use(TIFFClientOpenExt, TIFF *, \
        (const char *, const char *, thandle_t, TIFFReadWriteProc, TIFFReadWriteProc, TIFFSeekProc, \
         TIFFCloseProc, TIFFSizeProc, TIFFMapFileProc, TIFFUnmapFileProc, void *))

typedef struct {
#define PX_MEMBER(name) __typeof__(name) *name;
    PX_TIFF_FUNCTIONS(PX_MEMBER)
#undef PX_MEMBER
#define PX_MEMBER(name, result, parameters) result(*name) parameters;
    PX_TIFF_OPTION_FUNCTIONS(PX_MEMBER)
#undef PX_MEMBER
    // True if the functions of version 4.5 are present.
    bool has_options;
} px_tiff_library;

// The functions, after px_tiff_load has returned true.
extern px_tiff_library px_libtiff;
