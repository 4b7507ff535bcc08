// SPDX-License-Identifier: Apache-2.0

#include "CPlainPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct buffer {
    uint8_t *bytes;
    size_t count, capacity, place;
} buffer;

static void fail(png_structp png, png_const_charp message)
{
    (void)message;
    png_longjmp(png, 1);
}

static void read_bytes(png_structp png, png_bytep out, size_t count)
{
    buffer *source = png_get_io_ptr(png);
    if (count > source->count - source->place)
        png_error(png, "the file ends");
    memcpy(out, source->bytes + source->place, count);
    source->place += count;
}

static void write_bytes(png_structp png, png_bytep bytes, size_t count)
{
    buffer *file = png_get_io_ptr(png);
    if (file->capacity - file->count < count) {
        size_t capacity = 2 * file->capacity + count + 1024;
        uint8_t *larger = realloc(file->bytes, capacity);
        if (larger == NULL)
            png_error(png, "no memory");
        file->bytes = larger;
        file->capacity = capacity;
    }
    memcpy(file->bytes + file->count, bytes, count);
    file->count += count;
}

static void flush(png_structp png)
{
    (void)png;
}

size_t plain_png_encode(const plain_png *picture, const uint8_t *pixels, uint8_t **file)
{
    buffer *output = calloc(1, sizeof *output);
    png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, NULL, fail, fail);
    png_infop info = png_create_info_struct(png);
    png_color colors[256];
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_write_struct(&png, &info);
        free(output->bytes);
        free(output);
        return 0;
    }
    png_set_write_fn(png, output, write_bytes, flush);
    png_set_user_limits(png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(
        png, info, picture->width, picture->height, picture->depth, picture->color_type,
        picture->interlaced ? PNG_INTERLACE_ADAM7 : PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
        PNG_FILTER_TYPE_DEFAULT);
    for (int i = 0; i < picture->colors; i++)
        colors[i] = (png_color){picture->palette[3 * i], picture->palette[3 * i + 1], picture->palette[3 * i + 2]};
    if (picture->colors > 0)
        png_set_PLTE(png, info, colors, picture->colors);
    if (picture->transparency_bytes > 0) {
        const uint8_t *t = picture->transparency;
        png_color_16 color = {0};
        if (picture->color_type == PNG_COLOR_TYPE_GRAY)
            color.gray = (png_uint_16)(t[0] << 8 | t[1]);
        if (picture->color_type == PNG_COLOR_TYPE_RGB) {
            color.red = (png_uint_16)(t[0] << 8 | t[1]);
            color.green = (png_uint_16)(t[2] << 8 | t[3]);
            color.blue = (png_uint_16)(t[4] << 8 | t[5]);
        }
        bool is_palette = picture->color_type == PNG_COLOR_TYPE_PALETTE;
        png_set_tRNS(
            png, info, is_palette ? t : NULL, is_palette ? picture->transparency_bytes : 1,
            is_palette ? NULL : &color);
    }
    png_write_info(png, info);
    size_t row_bytes = png_get_rowbytes(png, info);
    int passes = png_set_interlace_handling(png);
    for (int pass = 0; pass < passes; pass++)
        for (uint32_t y = 0; y < picture->height; y++)
            png_write_row(png, pixels + y * row_bytes);
    png_write_end(png, info);
    png_destroy_write_struct(&png, &info);
    *file = output->bytes;
    size_t count = output->count;
    free(output);
    return count;
}

// Reads a file: the header alone if `pixels` is NULL.
static bool decode(const uint8_t *file, size_t count, plain_png *picture, uint8_t *pixels, size_t capacity)
{
    buffer source = {(uint8_t *)(uintptr_t)file, count, count, 0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fail, fail);
    png_infop info = png_create_info_struct(png);
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_read_struct(&png, &info, NULL);
        return false;
    }
    png_set_read_fn(png, &source, read_bytes);
    png_read_info(png, info);
    if (picture != NULL)
        *picture = (plain_png){
            .width = png_get_image_width(png, info),
            .height = png_get_image_height(png, info),
            .color_type = png_get_color_type(png, info),
            .depth = png_get_bit_depth(png, info),
            .interlaced = png_get_interlace_type(png, info) == PNG_INTERLACE_ADAM7,
        };
    if (pixels != NULL) {
        png_set_expand(png);
        png_set_strip_16(png);
        png_set_gray_to_rgb(png);
        png_set_add_alpha(png, 255, PNG_FILLER_AFTER);
        int passes = png_set_interlace_handling(png);
        png_read_update_info(png, info);
        size_t row_bytes = png_get_rowbytes(png, info);
        uint32_t height = png_get_image_height(png, info);
        if (capacity != row_bytes * height)
            png_error(png, "another size");
        for (int pass = 0; pass < passes; pass++)
            for (uint32_t y = 0; y < height; y++)
                png_read_row(png, pixels + y * row_bytes, NULL);
        png_read_end(png, info);
        if (source.place != count)
            png_error(png, "bytes behind the end");
    }
    png_destroy_read_struct(&png, &info, NULL);
    return true;
}

bool plain_png_header(const uint8_t *file, size_t count, plain_png *picture)
{
    return decode(file, count, picture, NULL, 0);
}

bool plain_png_decode(const uint8_t *file, size_t count, uint8_t *pixels, size_t capacity)
{
    return decode(file, count, NULL, pixels, capacity);
}

static void ignore(png_structp png, png_const_charp message)
{
    (void)png;
    (void)message;
}

bool plain_png_decode_rows(const uint8_t *file, size_t count)
{
    buffer source = {(uint8_t *)(uintptr_t)file, count, count, 0};
    png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, NULL, fail, ignore);
    png_infop info = png_create_info_struct(png);
    uint8_t *volatile row = NULL;
    if (setjmp(png_jmpbuf(png)) != 0) {
        png_destroy_read_struct(&png, &info, NULL);
        free(row);
        return false;
    }
    png_set_read_fn(png, &source, read_bytes);
    png_read_info(png, info);
    png_set_expand(png);
    png_set_strip_16(png);
    png_read_update_info(png, info);
    row = malloc(png_get_rowbytes(png, info));
    if (row == NULL)
        png_error(png, "no memory");
    for (uint32_t height = png_get_image_height(png, info); height > 0; height--)
        png_read_row(png, row, NULL);
    png_destroy_read_struct(&png, &info, NULL);
    free(row);
    return true;
}
