// SPDX-License-Identifier: Apache-2.0

#include "CPlainJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static void jump(j_common_ptr common)
{
    longjmp(*(jmp_buf *)common->client_data, 1);
}

static void print_nothing(j_common_ptr common)
{
    (void)common;
}

static struct jpeg_error_mgr *prepare(struct jpeg_error_mgr *errors)
{
    jpeg_std_error(errors);
    errors->error_exit = jump;
    errors->output_message = print_nothing;
    return errors;
}

static void choose(struct jpeg_compress_struct *encoder, const plain_options *options)
{
    static const J_COLOR_SPACE pictures[] = {JCS_UNKNOWN, JCS_GRAYSCALE, JCS_UNKNOWN, JCS_RGB, JCS_CMYK};
    encoder->image_width = (JDIMENSION)options->width;
    encoder->image_height = (JDIMENSION)options->height;
    encoder->input_components = options->components;
    encoder->in_color_space = pictures[options->components];
    jpeg_set_defaults(encoder);
    if (options->components == 4)
        jpeg_set_colorspace(encoder, options->untransformed ? JCS_CMYK : JCS_YCCK);
    else if (options->components == 3 && options->untransformed)
        jpeg_set_colorspace(encoder, JCS_RGB);
    jpeg_set_quality(encoder, options->quality, TRUE);
    for (int i = 0; i < options->components; i++) {
        if (options->horizontal[i] != 0)
            encoder->comp_info[i].h_samp_factor = options->horizontal[i];
        if (options->vertical[i] != 0)
            encoder->comp_info[i].v_samp_factor = options->vertical[i];
    }
    encoder->restart_interval = (unsigned)options->restart_interval;
    encoder->arith_code = options->arithmetic;
}

size_t plain_encode(const plain_options *options, const uint8_t *pixels, uint8_t **file)
{
    struct jpeg_compress_struct encoder;
    struct jpeg_error_mgr errors;
    jmp_buf failed;
    unsigned long count = 0;
    jpeg_scan_info scans[4];
    memset(scans, 0, sizeof scans);
    memset(&encoder, 0, sizeof encoder);
    *file = NULL;
    encoder.err = prepare(&errors);
    encoder.client_data = &failed;
    if (setjmp(failed) != 0) {
        jpeg_destroy_compress(&encoder);
        free(*file);
        return 0;
    }
    jpeg_create_compress(&encoder);
    jpeg_mem_dest(&encoder, file, &count);
    choose(&encoder, options);
    if (options->progressive)
        jpeg_simple_progression(&encoder);
    if (options->separate_scans) {
        for (int i = 0; i < options->components; i++)
            scans[i] = (jpeg_scan_info){.comps_in_scan = 1, .component_index = {i}, .Se = DCTSIZE2 - 1};
        encoder.scan_info = scans;
        encoder.num_scans = options->components;
    }
    jpeg_start_compress(&encoder, TRUE);
    size_t row_bytes = (size_t)options->width * (size_t)options->components;
    while (encoder.next_scanline < encoder.image_height) {
        JSAMPROW row = (JSAMPROW)(uintptr_t)(pixels + encoder.next_scanline * row_bytes);
        (void)jpeg_write_scanlines(&encoder, &row, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    return count;
}

bool plain_decode(const uint8_t *file, size_t count, uint8_t *pixels, size_t capacity)
{
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    jmp_buf failed;
    memset(&decoder, 0, sizeof decoder);
    decoder.err = prepare(&errors);
    decoder.client_data = &failed;
    if (setjmp(failed) != 0) {
        jpeg_destroy_decompress(&decoder);
        return false;
    }
    jpeg_create_decompress(&decoder);
    jpeg_mem_src(&decoder, file, count);
    jpeg_read_header(&decoder, TRUE);
    if (decoder.num_components == 4)
        decoder.out_color_space = JCS_CMYK;
    jpeg_start_decompress(&decoder);
    size_t row_bytes = (size_t)decoder.output_width * (size_t)decoder.output_components;
    bool fits = row_bytes * decoder.output_height == capacity;
    while (fits && decoder.output_scanline < decoder.output_height) {
        JSAMPROW row = pixels + decoder.output_scanline * row_bytes;
        (void)jpeg_read_scanlines(&decoder, &row, 1);
    }
    if (fits)
        jpeg_finish_decompress(&decoder);
    jpeg_destroy_decompress(&decoder);
    return fits;
}
