// SPDX-License-Identifier: Apache-2.0

#include "CPlainTIFF.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tiffio.h>

typedef struct memory {
    uint8_t *bytes;
    size_t count, capacity, at;
} memory;

static tmsize_t read_memory(thandle_t handle, void *out, tmsize_t size)
{
    memory *file = handle;
    size_t rest = file->at < file->count ? file->count - file->at : 0;
    size_t part = (size_t)size < rest ? (size_t)size : rest;
    if (part > 0)
        memcpy(out, file->bytes + file->at, part);
    file->at += part;
    return (tmsize_t)part;
}

static tmsize_t write_memory(thandle_t handle, void *data, tmsize_t size)
{
    memory *file = handle;
    size_t end = file->at + (size_t)size;
    if (end > file->capacity) {
        size_t capacity = end * 2;
        uint8_t *bytes = realloc(file->bytes, capacity);
        if (bytes == NULL)
            return -1;
        memset(bytes + file->capacity, 0, capacity - file->capacity);
        file->bytes = bytes;
        file->capacity = capacity;
    }
    memcpy(file->bytes + file->at, data, (size_t)size);
    file->at = end;
    if (end > file->count)
        file->count = end;
    return size;
}

static toff_t seek_memory(thandle_t handle, toff_t offset, int whence)
{
    memory *file = handle;
    file->at = (whence == SEEK_SET ? 0 : whence == SEEK_CUR ? file->at : file->count) + offset;
    return file->at;
}

static int close_memory(thandle_t handle)
{
    (void)handle;
    return 0;
}

static toff_t memory_size(thandle_t handle)
{
    return ((memory *)handle)->count;
}

// Copies the samples of plane `plane` of the pixels of a tile, or all samples if `planes` is 1.
static void fill_tile(
    uint8_t *tile, const plain_tiff *picture, const uint8_t *rows, size_t row_bytes, uint32_t x, uint32_t y,
    int plane, int planes)
{
    size_t sample = picture->bits / 8, pixel = sample * picture->samples;
    size_t part = planes > 1 ? sample : pixel;
    for (uint32_t row = 0; row < picture->tile_height && y + row < picture->height; row++)
        for (uint32_t column = 0; column < picture->tile_width && x + column < picture->width; column++)
            memcpy(
                tile + (row * picture->tile_width + column) * part,
                rows + (y + row) * row_bytes + (x + column) * pixel + (planes > 1 ? sample * (size_t)plane : 0), part);
}

static int write_tiles(TIFF *tiff, const plain_tiff *picture, const uint8_t *rows, size_t row_bytes)
{
    int planes = picture->is_planar ? picture->samples : 1;
    tmsize_t size = TIFFTileSize(tiff);
    uint8_t *tile = malloc((size_t)size);
    int is_written = tile != NULL;
    for (int plane = 0; is_written && plane < planes; plane++)
        for (uint32_t y = 0; is_written && y < picture->height; y += picture->tile_height)
            for (uint32_t x = 0; is_written && x < picture->width; x += picture->tile_width) {
                memset(tile, 0, (size_t)size);
                if (rows != NULL)
                    fill_tile(tile, picture, rows, row_bytes, x, y, plane, planes);
                is_written = TIFFWriteTile(tiff, tile, x, y, 0, (uint16_t)plane) >= 0;
            }
    free(tile);
    return is_written;
}

static int write_rows(TIFF *tiff, const plain_tiff *picture, const uint8_t *rows, size_t row_bytes)
{
    int planes = picture->is_planar ? picture->samples : 1;
    size_t sample = picture->bits / 8;
    uint8_t *row = malloc(row_bytes);
    int is_written = row != NULL;
    for (int plane = 0; is_written && plane < planes; plane++)
        for (uint32_t y = 0; is_written && y < picture->height; y++) {
            memset(row, 0, row_bytes);
            if (rows != NULL && planes == 1)
                memcpy(row, rows + y * row_bytes, row_bytes);
            for (uint32_t x = 0; rows != NULL && planes > 1 && x < picture->width; x++)
                memcpy(
                    row + x * sample,
                    rows + y * row_bytes + (x * picture->samples + (uint32_t)plane) * sample, sample);
            is_written = TIFFWriteScanline(tiff, row, y, (uint16_t)plane) == 1;
        }
    free(row);
    return is_written;
}

uint8_t *plain_tiff_write(const plain_tiff *picture, const uint8_t *rows, size_t row_bytes, size_t *count)
{
    memory file = {NULL, 0, 0, 0};
    char mode[8] = "w";
    strcat(mode, picture->is_big_endian ? "b" : "l");
    strcat(mode, picture->is_big_tiff ? "8" : "4");
    TIFF *tiff = TIFFClientOpen(
        "", mode, &file, read_memory, write_memory, seek_memory, close_memory, memory_size, NULL, NULL);
    if (tiff == NULL)
        return NULL;
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->width);
    TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->height);
    TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, picture->bits);
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, picture->samples);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, picture->photometric);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, picture->compression);
    TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, picture->is_planar ? PLANARCONFIG_SEPARATE : PLANARCONFIG_CONTIG);
    TIFFSetField(tiff, TIFFTAG_FILLORDER, picture->is_bit_reversed ? FILLORDER_LSB2MSB : FILLORDER_MSB2LSB);
    if (picture->tile_width > 0) {
        TIFFSetField(tiff, TIFFTAG_TILEWIDTH, picture->tile_width);
        TIFFSetField(tiff, TIFFTAG_TILELENGTH, picture->tile_height);
    } else {
        TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, picture->rows_per_strip);
    }
    if (picture->has_differences)
        TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL);
    if (picture->extra_sample >= 0) {
        uint16_t extra = (uint16_t)picture->extra_sample;
        TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &extra);
    }
    if (picture->subsampling > 0) {
        TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, picture->subsampling, picture->subsampling);
        TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
    }
    int is_written = picture->tile_width > 0 ? write_tiles(tiff, picture, rows, row_bytes)
                                             : write_rows(tiff, picture, rows, row_bytes);
    TIFFClose(tiff);
    if (!is_written) {
        free(file.bytes);
        return NULL;
    }
    *count = file.count;
    return file.bytes;
}

bool plain_tiff_decode_rows(const uint8_t *file, size_t count)
{
    // The file is read only.
    memory source = {(uint8_t *)(uintptr_t)file, count, count, 0};
    TIFF *tiff = TIFFClientOpen(
        "", "rm", &source, read_memory, write_memory, seek_memory, close_memory, memory_size, NULL, NULL);
    if (tiff == NULL)
        return false;
    uint32_t height = 0;
    TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &height);
    uint8_t *row = malloc((size_t)TIFFScanlineSize(tiff));
    bool is_decoded = row != NULL && TIFFIsTiled(tiff) == 0;
    for (uint32_t y = 0; is_decoded && y < height; y++)
        is_decoded = TIFFReadScanline(tiff, row, y, 0) == 1;
    free(row);
    TIFFClose(tiff);
    return is_decoded;
}
