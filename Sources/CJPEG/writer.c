// SPDX-License-Identifier: Apache-2.0
#include "CJPEG.h"
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <jpeglib.h>

static jmp_buf *jump_of(j_common_ptr common) { return common->client_data; }
static void on_error(j_common_ptr common) { longjmp(*jump_of(common), 1); }

bool px_write_grid(const uint8_t *samples, int n, int bands, uint32_t width, uint32_t height,
    const uint8_t *columns, const uint8_t *rows, const uint8_t *comment, size_t comment_count,
    const uint8_t *profile, size_t profile_count, uint8_t **out, size_t *out_count)
{
    struct jpeg_compress_struct encoder = {0};
    struct jpeg_error_mgr errors;
    jmp_buf jump;
    unsigned char *buffer = NULL;
    unsigned long size = 0;
    uint8_t *row = malloc((size_t)width * (size_t)bands);
    if (row == NULL)
        return false;
    encoder.err = jpeg_std_error(&errors);
    errors.error_exit = on_error;
    encoder.client_data = &jump;
    if (setjmp(jump) != 0) {
        jpeg_destroy_compress(&encoder);
        free(row);
        return false;
    }
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, &buffer, &size);
    encoder.image_width = width;
    encoder.image_height = height;
    encoder.input_components = bands;
    encoder.in_color_space = bands == 1 ? JCS_GRAYSCALE : bands == 3 ? JCS_RGB : JCS_CMYK;
    jpeg_set_defaults(&encoder);
    jpeg_start_compress(&encoder, TRUE);
    size_t parts = (profile_count + 65518) / 65519;
    for (size_t i = 0; i < parts; i++) {
        size_t left = profile_count - i * 65519;
        unsigned part = (unsigned)(left < 65519 ? left : 65519);
        jpeg_write_m_header(&encoder, JPEG_APP0 + 2, part + 14);
        for (int k = 0; k < 12; k++)
            jpeg_write_m_byte(&encoder, "ICC_PROFILE"[k]);
        jpeg_write_m_byte(&encoder, (int)i + 1);
        jpeg_write_m_byte(&encoder, (int)parts);
        for (unsigned k = 0; k < part; k++)
            jpeg_write_m_byte(&encoder, profile[i * 65519 + k]);
    }
    if (comment_count > 0)
        jpeg_write_marker(&encoder, JPEG_COM, comment, (unsigned)comment_count);
    for (uint32_t y = 0; y < height; y++) {
        const uint8_t *cells = samples + (size_t)rows[y] * (size_t)(n * bands);
        for (uint32_t x = 0; x < width; x++)
            for (int b = 0; b < bands; b++) {
                int v = cells[columns[x] * bands + b];
                row[x * (uint32_t)bands + (uint32_t)b] = (uint8_t)(bands == 4 ? 255 - v : v);
            }
        JSAMPROW r = row;
        jpeg_write_scanlines(&encoder, &r, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    free(row);
    *out = buffer;
    *out_count = size;
    return true;
}

void px_write_free(uint8_t *out) { free(out); }
