// SPDX-License-Identifier: Apache-2.0

#include "CPlainWebP.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>
#include <webp/encode.h>
#include <webp/mux.h>

bool plain_webp_decode(const uint8_t *file, size_t count, int width, int height, uint8_t *pixels)
{
    int actual_width, actual_height;
    if (!WebPGetInfo(file, count, &actual_width, &actual_height) || actual_width != width
        || actual_height != height)
        return false;
    size_t capacity = (size_t)width * (size_t)height * 4;
    return WebPDecodeRGBAInto(file, count, pixels, capacity, width * 4) != NULL;
}

static bool decode_animation(const uint8_t *file, size_t count)
{
    WebPData data = {file, count};
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, NULL);
    if (decoder == NULL)
        return false;
    uint8_t *canvas;
    int end;
    bool is_good = true;
    while (is_good && WebPAnimDecoderHasMoreFrames(decoder))
        is_good = WebPAnimDecoderGetNext(decoder, &canvas, &end) != 0;
    WebPAnimDecoderDelete(decoder);
    return is_good;
}

bool plain_webp_decode_all(const uint8_t *file, size_t count)
{
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file, count, &features) != VP8_STATUS_OK)
        return false;
    if (features.has_animation)
        return decode_animation(file, count);
    int width, height;
    uint8_t *pixels = WebPDecodeRGBA(file, count, &width, &height);
    WebPFree(pixels);
    return pixels != NULL;
}

bool plain_webp_read_info(const uint8_t *file, size_t count, plain_webp_info *info)
{
    WebPData data = {file, count};
    WebPDemuxer *demuxer = WebPDemux(&data);
    if (demuxer == NULL)
        return false;
    info->width = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH);
    info->height = (int)WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT);
    info->frames = (int)WebPDemuxGetI(demuxer, WEBP_FF_FRAME_COUNT);
    info->loops = (int)WebPDemuxGetI(demuxer, WEBP_FF_LOOP_COUNT);
    info->background = WebPDemuxGetI(demuxer, WEBP_FF_BACKGROUND_COLOR);
    WebPDemuxDelete(demuxer);
    WebPBitstreamFeatures features;
    if (WebPGetFeatures(file, count, &features) != VP8_STATUS_OK)
        return false;
    info->has_alpha = features.has_alpha != 0;
    return true;
}

int plain_webp_decode_frames(const uint8_t *file, size_t count, int capacity, uint8_t *canvases, int *ends)
{
    WebPData data = {file, count};
    WebPAnimDecoderOptions options;
    if (!WebPAnimDecoderOptionsInit(&options))
        return 0;
    options.color_mode = MODE_RGBA;
    WebPAnimDecoder *decoder = WebPAnimDecoderNew(&data, &options);
    WebPAnimInfo info;
    int frames = 0;
    if (decoder == NULL)
        return 0;
    if (WebPAnimDecoderGetInfo(decoder, &info)) {
        size_t bytes = (size_t)info.canvas_width * info.canvas_height * 4;
        while (WebPAnimDecoderHasMoreFrames(decoder)) {
            uint8_t *canvas;
            if (frames == capacity || !WebPAnimDecoderGetNext(decoder, &canvas, &ends[frames])) {
                frames = 0;
                break;
            }
            memcpy(canvases + bytes * (size_t)frames, canvas, bytes);
            frames += 1;
        }
    }
    WebPAnimDecoderDelete(decoder);
    return frames;
}

size_t plain_webp_encode(const uint8_t *pixels, int width, int height, float quality, uint8_t **file)
{
    WebPConfig config;
    WebPPicture picture;
    WebPMemoryWriter writer;
    if (!WebPConfigInit(&config) || !WebPPictureInit(&picture))
        return 0;
    config.lossless = quality < 0;
    config.quality = quality < 0 ? 50 : quality;
    config.exact = 1;
    picture.use_argb = config.lossless;
    picture.width = width;
    picture.height = height;
    WebPMemoryWriterInit(&writer);
    picture.writer = WebPMemoryWrite;
    picture.custom_ptr = &writer;
    bool done = WebPPictureImportRGBA(&picture, pixels, width * 4) && WebPEncode(&config, &picture);
    WebPPictureFree(&picture);
    if (!done) {
        WebPMemoryWriterClear(&writer);
        return 0;
    }
    *file = writer.mem;
    return writer.size;
}

size_t plain_webp_join(
    const plain_webp_frame *frames, int count, int width, int height, int loops, uint32_t background,
    uint8_t **file)
{
    WebPMux *mux = WebPMuxNew();
    WebPMuxAnimParams params = {background, loops};
    WebPData data = {NULL, 0};
    bool done = WebPMuxSetCanvasSize(mux, width, height) == WEBP_MUX_OK
        && WebPMuxSetAnimationParams(mux, &params) == WEBP_MUX_OK;
    for (int i = 0; done && i < count; i++) {
        WebPMuxFrameInfo frame = {
            .bitstream = {frames[i].file, frames[i].count},
            .x_offset = frames[i].x,
            .y_offset = frames[i].y,
            .duration = frames[i].milliseconds,
            .id = WEBP_CHUNK_ANMF,
            .dispose_method = frames[i].dispose ? WEBP_MUX_DISPOSE_BACKGROUND : WEBP_MUX_DISPOSE_NONE,
            .blend_method = frames[i].blend ? WEBP_MUX_BLEND : WEBP_MUX_NO_BLEND,
        };
        done = WebPMuxPushFrame(mux, &frame, 1) == WEBP_MUX_OK;
    }
    done = done && WebPMuxAssemble(mux, &data) == WEBP_MUX_OK;
    WebPMuxDelete(mux);
    if (!done)
        return 0;
    // The data are allocated by libwebp's malloc, which is that of the C library.
    *file = (uint8_t *)data.bytes;
    return data.size;
}
