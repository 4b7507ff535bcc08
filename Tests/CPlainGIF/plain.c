// SPDX-License-Identifier: Apache-2.0
#include "CPlainGIF.h"

#include <gif_lib.h>
#include <stdlib.h>
#include <string.h>

struct plain_gif {
    GifFileType *file;
    const uint8_t *at;
    size_t left;
};

static int read_bytes(GifFileType *file, GifByteType *bytes, int count) {
    plain_gif *gif = file->UserData;
    size_t size = (size_t)count < gif->left ? (size_t)count : gif->left;
    memcpy(bytes, gif->at, size);
    gif->at += size;
    gif->left -= size;
    return (int)size;
}

plain_gif *plain_gif_open(const uint8_t *file, size_t count) {
    plain_gif *gif = calloc(1, sizeof *gif);
    if (gif == NULL) return NULL;
    gif->at = file;
    gif->left = count;
    gif->file = DGifOpen(gif, read_bytes, NULL);
    if (gif->file == NULL || DGifSlurp(gif->file) != GIF_OK) {
        plain_gif_close(gif);
        return NULL;
    }
    return gif;
}

void plain_gif_close(plain_gif *gif) {
    if (gif->file != NULL) DGifCloseFile(gif->file, NULL);
    free(gif);
}

void plain_gif_size(const plain_gif *gif, int *width, int *height, int *frames) {
    *width = gif->file->SWidth;
    *height = gif->file->SHeight;
    *frames = gif->file->ImageCount;
}

int plain_gif_loops(const plain_gif *gif) {
    const SavedImage *first = &gif->file->SavedImages[0];
    for (int i = 0; i + 1 < first->ExtensionBlockCount; i++) {
        const ExtensionBlock *name = &first->ExtensionBlocks[i], *value = name + 1;
        if (name->Function == APPLICATION_EXT_FUNC_CODE && name->ByteCount == 11
            && memcmp(name->Bytes, "NETSCAPE2.0", 11) == 0 && value->ByteCount == 3)
            return value->Bytes[1] | value->Bytes[2] << 8;
    }
    return -1;
}

static const ColorMapObject *palette(const plain_gif *gif, int index) {
    const ColorMapObject *local = gif->file->SavedImages[index].ImageDesc.ColorMap;
    return local != NULL ? local : gif->file->SColorMap;
}

plain_gif_frame plain_gif_at(const plain_gif *gif, int index) {
    const GifImageDesc *image = &gif->file->SavedImages[index].ImageDesc;
    GraphicsControlBlock control = {.TransparentColor = NO_TRANSPARENT_COLOR};
    DGifSavedExtensionToGCB(gif->file, index, &control);
    const ColorMapObject *colors = palette(gif, index);
    return (plain_gif_frame){
        .left = image->Left, .top = image->Top, .width = image->Width, .height = image->Height,
        .delay = control.DelayTime, .disposal = control.DisposalMode,
        .transparent = control.TransparentColor, .colors = colors == NULL ? 0 : colors->ColorCount,
        .is_interlaced = image->Interlace,
    };
}

const uint8_t *plain_gif_pixels(const plain_gif *gif, int index) {
    return gif->file->SavedImages[index].RasterBits;
}

void plain_gif_color(const plain_gif *gif, int index, int color, uint8_t rgb[3]) {
    const GifColorType *entry = &palette(gif, index)->Colors[color];
    rgb[0] = entry->Red;
    rgb[1] = entry->Green;
    rgb[2] = entry->Blue;
}
