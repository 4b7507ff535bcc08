// SPDX-License-Identifier: Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef enum stage { opened, started, dead } stage;

struct px_png {
    png_structp png;
    png_infop info;
    jmp_buf jump;
    const uint8_t *bytes;
    size_t count;
    // The offset of the next byte for libpng, and the number of bytes of the current chunk from there on: its type,
    // its data and its checksum.
    size_t at;
    size_t left;
    // The length that libpng is told instead of that in the file, for a chunk that is cut off, and how many of its
    // four bytes are still to be read.
    uint8_t length[4];
    size_t length_left;
    // NULL, or the address of the cancellation flag, which another thread sets.
    const uint8_t *cancelled;
    // The deadline on the monotonic clock in nanoseconds; INT64_MAX for none.
    int64_t deadline;
    px_png_limits limits;
    px_png_report report;
    stage stage;
    int64_t allocated;
    // True when the layout has alpha.
    bool has_alpha;
    // True when libpng decodes indices and the colours are looked up here.
    bool looks_up;
    // True when libpng decodes red, green and blue, to which a byte a pixel is added here.
    bool widens;
    uint32_t width, height, next_row;
    size_t row_bytes;
    // A row as libpng decodes it, if `looks_up` or `widens` is true, and the colour of each index of a palette. libpng
    // takes longer to look up colours, and to make 4 bytes of a pixel of 3.
    uint8_t *narrow;
    uint32_t colors[256];
    px_png_widening *widen;
    // All rows of an interlaced picture; NULL for any other.
    uint8_t *rows;
    // True while libpng decodes the last row, and when it has its samples.
    bool is_last_row, has_last_row;
    // The number of bytes of the file that libpng has read after the last row.
    size_t tail;
};

// The number of bytes behind the data of the last row that libpng reads to find the end of the deflate stream. A stream
// that goes on longer is not decompressed: 1 MB of it can stand for 1 GB.
static const size_t longest_tail = 16384;

static _Noreturn void stop(px_png *reader, px_png_status status)
{
    reader->report.status = status;
    longjmp(reader->jump, 1);
}

// MARK: Errors and memory

static void on_error(png_structp png, png_const_charp message)
{
    px_png *reader = png_get_error_ptr(png);
    size_t length = strlen(message);
    if (length >= sizeof reader->report.message)
        length = sizeof reader->report.message - 1;
    memcpy(reader->report.message, message, length);
    reader->report.message[length] = 0;
    // `allocate` has set the status when memory was missing.
    stop(reader, reader->report.status == px_png_memory ? px_png_memory : px_png_failed);
}

// libpng only warns about a wrong checksum of the deflate stream if it finds it behind the last row, but it alone tells
// that pixels are damaged: those of the IDAT chunks are not verified.
static void on_warning(png_structp png, png_const_charp message)
{
    if (strstr(message, "incorrect data check") != NULL)
        on_error(png, message);
}

// A block is preceded by its length.
enum { block_header = 16 };

static void *take(px_png *reader, size_t size)
{
    if (size > (size_t)INT64_MAX / 2 || (int64_t)size > reader->limits.memory_bytes - reader->allocated) {
        reader->report.status = px_png_memory;
        return NULL;
    }
    uint8_t *block = calloc(1, size + block_header);
    if (block == NULL) {
        reader->report.status = px_png_memory;
        return NULL;
    }
    memcpy(block, &size, sizeof size);
    reader->allocated += (int64_t)size;
    return block + block_header;
}

static void give(px_png *reader, void *block)
{
    if (block == NULL)
        return;
    uint8_t *start = (uint8_t *)block - block_header;
    size_t size;
    memcpy(&size, start, sizeof size);
    reader->allocated -= (int64_t)size;
    free(start);
}

static png_voidp allocate(png_structp png, png_alloc_size_t size)
{
    return take(png_get_mem_ptr(png), size);
}

static void release(png_structp png, png_voidp block)
{
    give(png_get_mem_ptr(png), block);
}

// MARK: Deadline and cancellation

static int64_t monotonic_nanoseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static int64_t deadline_after(int64_t nanoseconds)
{
    if (nanoseconds < 0)
        return INT64_MAX;
    int64_t now = monotonic_nanoseconds();
    return nanoseconds > INT64_MAX - now ? INT64_MAX : now + nanoseconds;
}

static void check_time(px_png *reader)
{
    if (reader->cancelled != NULL && __atomic_load_n(reader->cancelled, __ATOMIC_RELAXED) != 0)
        stop(reader, px_png_cancelled);
    if (reader->deadline != INT64_MAX && monotonic_nanoseconds() >= reader->deadline)
        stop(reader, px_png_deadline);
}

// MARK: The source: some chunks of the file

static uint32_t number(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static bool is_shown(const px_png *reader, const uint8_t *type, size_t length)
{
    if (memcmp(type, "iCCP", 4) == 0)
        return length <= reader->limits.profile_bytes;
    static const char shown[4][5] = {"IHDR", "PLTE", "IDAT", "tRNS"};
    // libpng makes alpha of the transparent colours that it knows.
    for (int i = 0; i < (reader->has_alpha ? 4 : 3); i++)
        if (memcmp(type, shown[i], 4) == 0)
            return true;
    return false;
}

// Moves to the next chunk that libpng sees. The data of an IDAT chunk that is cut off end with the file.
static void next_chunk(px_png *reader)
{
    for (;;) {
        if (reader->count - reader->at < 8)
            stop(reader, px_png_truncated);
        const uint8_t *chunk = reader->bytes + reader->at;
        size_t length = number(chunk), rest = reader->count - reader->at - 8;
        bool is_cut = length > rest || rest - length < 4;
        if (is_shown(reader, chunk + 4, length)) {
            // An incomplete checksum is not read: libpng asks for it when it needs more data.
            size_t present = length > rest ? rest : length;
            for (int i = 0; i < 4; i++)
                reader->length[i] = (uint8_t)(present >> (24 - 8 * i));
            reader->length_left = 4;
            reader->at += 4;
            reader->left = 4 + present + (is_cut ? 0 : 4);
            return;
        }
        if (is_cut)
            stop(reader, px_png_truncated);
        reader->at += 8 + length + 4;
    }
}

static void read_bytes(png_structp png, png_bytep out, size_t count)
{
    px_png *reader = png_get_io_ptr(png);
    while (count > 0) {
        if (reader->length_left > 0) {
            *out++ = reader->length[4 - reader->length_left];
            reader->length_left -= 1;
            count -= 1;
            continue;
        }
        if (reader->left == 0) {
            next_chunk(reader);
            continue;
        }
        size_t part = count < reader->left ? count : reader->left;
        if (reader->has_last_row) {
            reader->tail += part;
            if (reader->tail > longest_tail)
                stop(reader, px_png_ok);
        }
        // The end of a chunk that is cut off is the end of the file.
        if (part > reader->count - reader->at)
            stop(reader, px_png_truncated);
        memcpy(out, reader->bytes + reader->at, part);
        reader->at += part;
        reader->left -= part;
        out += part;
        count -= part;
    }
}

// MARK: Interface

px_png *px_png_create(
    const uint8_t *bytes, size_t count, const px_png_limits *limits, const uint8_t *cancelled)
{
    px_png *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->bytes = bytes;
    reader->count = count;
    reader->limits = *limits;
    reader->cancelled = cancelled;
    reader->deadline = deadline_after(limits->nanoseconds);
    return reader;
}

static void set_transformations(px_png *reader, px_png_layout layout)
{
    png_structp png = reader->png;
    int type = png_get_color_type(png, reader->info);
    if (layout == px_png_index || reader->looks_up) {
        png_set_packing(png);
        return;
    }
    if (layout == px_png_gray16)
        return;
    // The samples of fewer bits become 8 bits, and a palette its colours. The upper byte of 16 bits counts, after the
    // comparison with the transparent colour.
    if (type == PNG_COLOR_TYPE_PALETTE)
        png_set_palette_to_rgb(png);
    if (type == PNG_COLOR_TYPE_GRAY)
        png_set_expand_gray_1_2_4_to_8(png);
    if (reader->has_alpha && png_get_valid(png, reader->info, PNG_INFO_tRNS) != 0)
        png_set_tRNS_to_alpha(png);
    png_set_strip_16(png);
    if (layout == px_png_rgbx || layout == px_png_rgba)
        png_set_gray_to_rgb(png);
    if (reader->has_alpha)
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
    else if (layout == px_png_rgbx && !reader->widens)
        png_set_filler(png, 255, PNG_FILLER_AFTER);
}

// The bytes of a pixel, of which the first one is the lowest.
static uint32_t pixel(const png_color *color, uint8_t alpha)
{
    return (uint32_t)color->red | (uint32_t)color->green << 8 | (uint32_t)color->blue << 16 | (uint32_t)alpha << 24;
}
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the first sample is the lowest byte");

// Prepares for looking up the colours of the indices of a palette.
static void make_colors(px_png *reader)
{
    png_colorp palette = NULL;
    png_bytep alpha = NULL;
    int colors = 0, alphas = 0;
    png_get_PLTE(reader->png, reader->info, &palette, &colors);
    if (reader->has_alpha)
        png_get_tRNS(reader->png, reader->info, &alpha, &alphas, NULL);
    // An index without a colour is black, as in libpng.
    const png_color black = {0, 0, 0};
    for (int i = 0; i < 256; i++)
        reader->colors[i] = pixel(i < colors ? &palette[i] : &black, i < alphas ? alpha[i] : 255);
}

static void look_up(const px_png *reader, uint8_t *row)
{
    for (uint32_t x = 0; x < reader->width; x++)
        memcpy(row + 4 * (size_t)x, &reader->colors[reader->narrow[x]], 4);
}

// Makes a row of the caller of a row of libpng, if they differ.
static void complete(const px_png *reader, uint8_t *row)
{
    if (reader->widens)
        reader->widen(reader->narrow, row, reader->width);
    else if (reader->looks_up)
        look_up(reader, row);
}

// Called when libpng has the samples of a row, before it looks for the end of the stream behind the last one.
static void on_row(png_structp png, png_row_infop info, png_bytep row)
{
    (void)info;
    (void)row;
    px_png *reader = png_get_user_transform_ptr(png);
    reader->has_last_row = reader->is_last_row;
}

static void read_interlaced(px_png *reader, int passes)
{
    if (reader->row_bytes == 0 || reader->height > SIZE_MAX / reader->row_bytes)
        stop(reader, px_png_memory);
    reader->rows = take(reader, reader->row_bytes * reader->height);
    if (reader->rows == NULL)
        stop(reader, px_png_memory);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < reader->height; y++) {
            check_time(reader);
            reader->is_last_row = pass == passes - 1 && y + 2 >= reader->height;
            // The last pass has every second row: a last row that is not in it needs no further samples.
            reader->has_last_row = reader->is_last_row && y % 2 == 0;
            png_read_row(reader->png, reader->rows + y * reader->row_bytes, NULL);
        }
}

static void start(px_png *reader, px_png_layout layout, px_png_frame *frame)
{
    static const uint8_t signature_bytes = 8;
    check_time(reader);
    reader->png = png_create_read_struct_2(
        PNG_LIBPNG_VER_STRING, reader, on_error, on_warning, reader, allocate, release);
    if (reader->png == NULL)
        stop(reader, px_png_memory);
    reader->info = png_create_info_struct(reader->png);
    if (reader->info == NULL)
        stop(reader, px_png_memory);
    reader->has_alpha = layout == px_png_gray_alpha || layout == px_png_rgba;
    reader->at = signature_bytes;
    png_set_sig_bytes(reader->png, signature_bytes);
    png_set_read_fn(reader->png, reader, read_bytes);
    png_set_user_limits(reader->png, 65500, 65500);
    if (reader->limits.profile_bytes > 0)
        png_set_chunk_malloc_max(reader->png, reader->limits.profile_bytes);
    png_read_info(reader->png, reader->info);
    // The checksums of the IDAT chunks are not verified, which saves a fiftieth of the time: the deflate stream has one
    // as well, which zlib verifies.
    png_set_crc_action(reader->png, PNG_CRC_QUIET_USE, PNG_CRC_NO_CHANGE);
    bool has_palette = png_get_color_type(reader->png, reader->info) == PNG_COLOR_TYPE_PALETTE;
    bool has_rows = png_get_interlace_type(reader->png, reader->info) == PNG_INTERLACE_NONE;
    reader->looks_up = has_rows && has_palette && (layout == px_png_rgbx || layout == px_png_rgba);
    reader->widens = has_rows && !has_palette && layout == px_png_rgbx;
    set_transformations(reader, layout);
    png_set_read_user_transform_fn(reader->png, on_row);
    png_set_user_transform_info(reader->png, reader, 0, 0);
    int passes = png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
    reader->height = png_get_image_height(reader->png, reader->info);
    reader->row_bytes = png_get_rowbytes(reader->png, reader->info);
    reader->width = png_get_image_width(reader->png, reader->info);
    if (reader->looks_up)
        make_colors(reader);
    if (reader->looks_up || reader->widens) {
        reader->narrow = take(reader, reader->row_bytes);
        if (reader->narrow == NULL)
            stop(reader, px_png_memory);
        reader->widen = px_png_best_widening();
        reader->row_bytes = (size_t)reader->width * 4;
    }
    frame->width = reader->width;
    frame->height = reader->height;
    frame->row_bytes = reader->row_bytes;
    if (passes > 1)
        read_interlaced(reader, passes);
}

// True when decoding was stopped because the stream goes on behind a complete picture. libpng is not used again.
static bool has_ended(const px_png *reader)
{
    return reader->report.status == px_png_ok && reader->has_last_row;
}

px_png_status px_png_start(px_png *reader, px_png_layout layout, px_png_frame *frame)
{
    if (reader->stage != opened)
        return px_png_misused;
    reader->stage = dead;
    if (setjmp(reader->jump) != 0) {
        if (has_ended(reader)) {
            reader->stage = started;
            return px_png_ok;
        }
        // An interlaced picture keeps the passes that are there.
        if (reader->report.status != px_png_truncated || reader->rows == NULL || !reader->limits.accept_truncated)
            return reader->report.status;
        reader->report.status = px_png_ok;
        reader->report.truncated = true;
        reader->stage = started;
        return px_png_ok;
    }
    start(reader, layout, frame);
    reader->stage = started;
    return px_png_ok;
}

const uint8_t *px_png_profile(const px_png *reader, size_t *count)
{
    png_charp name;
    int compression;
    png_bytep profile = NULL;
    png_uint_32 length = 0;
    bool has_profile = reader->stage == started
        && png_get_iCCP(reader->png, reader->info, &name, &compression, &profile, &length) == PNG_INFO_iCCP;
    *count = has_profile ? length : 0;
    return has_profile ? profile : NULL;
}

static px_png_status decode_row(px_png *reader, uint8_t *row)
{
    reader->stage = dead;
    if (setjmp(reader->jump) != 0) {
        if (!has_ended(reader))
            return reader->report.status;
        complete(reader, row);
        reader->report.rows += 1;
        reader->stage = started;
        return px_png_ok;
    }
    check_time(reader);
    reader->is_last_row = reader->next_row == reader->height;
    png_read_row(reader->png, reader->narrow != NULL ? reader->narrow : row, NULL);
    complete(reader, row);
    reader->report.rows += 1;
    reader->stage = started;
    return px_png_ok;
}

px_png_status px_png_read_row(px_png *reader, uint8_t *row, size_t count)
{
    if (reader->stage != started || count != reader->row_bytes || reader->next_row >= reader->height)
        return px_png_misused;
    uint32_t y = reader->next_row;
    reader->next_row += 1;
    if (reader->rows != NULL) {
        memcpy(row, reader->rows + y * reader->row_bytes, count);
        return px_png_ok;
    }
    if (!reader->report.truncated) {
        px_png_status status = decode_row(reader, row);
        if (status != px_png_truncated || !reader->limits.accept_truncated)
            return status;
        // libpng is not used again.
        reader->report.status = px_png_ok;
        reader->report.truncated = true;
        reader->stage = started;
    }
    memset(row, 0, count);
    return px_png_ok;
}

const px_png_report *px_png_get_report(const px_png *reader)
{
    return &reader->report;
}

void px_png_destroy(px_png *reader)
{
    give(reader, reader->rows);
    give(reader, reader->narrow);
    if (reader->png != NULL)
        png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader);
}
