// SPDX-License-Identifier: Apache-2.0

#define _POSIX_C_SOURCE 200809L

#include "CJPEG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

typedef enum stage { opened, has_header, started, finished, dead } stage;

struct px_reader {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_source_mgr source;
    struct jpeg_progress_mgr progress;
    jmp_buf jump;
    const uint8_t *bytes;
    size_t count;
    // The number of bytes at the end of the file that libjpeg cannot read yet. See `hold_back_blocks`.
    size_t held_back;
    // NULL, or the address of the cancellation flag, which another thread sets.
    const uint8_t *cancelled;
    // The deadline on the monotonic clock in nanoseconds; INT64_MAX for none.
    int64_t deadline;
    px_limits limits;
    px_report report;
    stage stage;
    // True while px_reader_start reads the scans of a file of several.
    bool is_starting;
    // The offset of the marker segment that ends the picture, because it is an error; 0 while none is known.
    size_t end;
    // The offset at which libjpeg last stopped reading before the end-of-image marker was made up.
    size_t last_place;
    // True while px_reader_finish reads what follows the last row, and the report when it began.
    bool is_finishing;
    px_report complete;
    // The rows of MCUs that are counted in `report.damaged_rows`; in the scan `damaged_scan` none before `damaged_end`
    // need be examined again.
    bool damaged[JPEG_MAX_DIMENSION / DCTSIZE + 1];
    int damaged_scan;
    JDIMENSION damaged_end;
};

// Returns the reader of a decoder, which libjpeg keeps in `client_data`.
static px_reader *reader_of(j_common_ptr common)
{
    return common->client_data;
}

static _Noreturn void stop(px_reader *reader, px_status status)
{
    reader->report.status = status;
    longjmp(reader->jump, 1);
}

// Ends px_reader_finish with success, without the warnings about what follows the picture.
static _Noreturn void stop_complete(px_reader *reader)
{
    reader->report = reader->complete;
    stop(reader, px_ok);
}

// MARK: Errors and warnings

static void keep_message(px_reader *reader)
{
    char text[JMSG_LENGTH_MAX];
    j_common_ptr common = (j_common_ptr)&reader->decoder;
    reader->errors.format_message(common, text);
    text[JMSG_LENGTH_MAX - 1] = 0;
    (void)snprintf(reader->report.message, sizeof reader->report.message, "%s", text);
}

// Returns the number of bytes of the file that libjpeg has read, while no end-of-image marker is made up.
static size_t place(const px_reader *reader)
{
    return reader->count - reader->held_back - reader->source.bytes_in_buffer;
}

// Returns the offset of the marker segment in which libjpeg reports an error; 0 if the error is elsewhere, or if no
// scan precedes the segment.
static size_t segment_behind_scan(const px_reader *reader)
{
    const struct jpeg_decompress_struct *decoder = &reader->decoder;
    // libjpeg tells the source its place behind the marker, and again behind the last parameter.
    size_t at = reader->report.truncated ? reader->last_place : place(reader);
    size_t back = 2;
    // An unread marker is one whose parameters libjpeg reads. Without one it prepares for the scan whose SOS segment
    // it has read, and has counted (ITU-T T.81, B.2.3).
    if (decoder->unread_marker == 0) {
        if (decoder->input_scan_number < 2)
            return 0;
        if (!reader->report.truncated)
            back = 8 + 2 * (size_t)decoder->comps_in_scan;
    }
    return decoder->input_scan_number >= 1 && at > back ? at - back : 0;
}

static _Noreturn void on_error(j_common_ptr common)
{
    px_reader *reader = reader_of(common);
    if (reader->is_finishing && reader->limits.accept_truncated)
        stop_complete(reader);
    keep_message(reader);
    reader->report.code = reader->errors.msg_code;
    switch (reader->errors.msg_code) {
    case JERR_OUT_OF_MEMORY:
    case JERR_NO_BACKING_STORE:
        stop(reader, px_memory);
    default:
        if (reader->is_starting && reader->limits.accept_truncated)
            reader->end = segment_behind_scan(reader);
        stop(reader, px_failed);
    }
}

// Counts the rows of MCUs whose data are lost because of an error at the current place of the scan. Data that follow a
// bad code are lost until the next restart marker (ITU-T T.81, B.2.1), or until the end of the scan.
static void count_damaged_rows(px_reader *reader)
{
    const struct jpeg_decompress_struct *decoder = &reader->decoder;
    const JDIMENSION capacity = sizeof reader->damaged / sizeof reader->damaged[0];
    if (decoder->MCUs_per_row == 0)
        return;
    if (reader->damaged_scan != decoder->input_scan_number) {
        reader->damaged_scan = decoder->input_scan_number;
        reader->damaged_end = 0;
    }
    JDIMENSION rows = decoder->total_iMCU_rows < capacity ? decoder->total_iMCU_rows : capacity;
    JDIMENSION row = decoder->input_iMCU_row;
    JDIMENSION end = rows;
    if (decoder->restart_interval != 0) {
        // An interval begins with a row if its length is that of whole rows, else anywhere.
        JDIMENSION interval = decoder->restart_interval, across = decoder->MCUs_per_row;
        JDIMENSION more = interval % across == 0 ? interval / across - 1 : (interval + across - 2) / across;
        end = row + 1 + more < rows ? row + 1 + more : rows;
    }
    for (row = row > reader->damaged_end ? row : reader->damaged_end; row < end; row++) {
        reader->report.damaged_rows += !reader->damaged[row];
        reader->damaged[row] = true;
    }
    if (end > reader->damaged_end)
        reader->damaged_end = end;
    reader->report.rows = rows;
    if ((int64_t)reader->report.damaged_rows * 100 > (int64_t)rows * reader->limits.damaged_percent)
        stop(reader, px_damaged);
}

// libjpeg calls this for messages. Level -1 is a warning, and decoding continues; higher levels are traces. A warning
// costs no more than the count of it: libjpeg issues it in passing, when it reads a byte or decodes an MCU.
static void on_message(j_common_ptr common, int level)
{
    px_reader *reader = reader_of(common);
    if (level >= 0)
        return;
    switch (reader->errors.msg_code) {
    // Intact pictures can cause these: an unknown version or transform, and an SOS with the parameters of another
    // process.
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
    case JWRN_NOT_SEQUENTIAL:
        return;
    default:
        break;
    }
    if (reader->report.warnings == 0)
        keep_message(reader);
    if (reader->report.warnings < INT64_MAX)
        reader->report.warnings += 1;
    switch (reader->errors.msg_code) {
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
        count_damaged_rows(reader);
        break;
    default:
        break;
    }
}

static void print_nothing(j_common_ptr common)
{
    (void)common;
}

// MARK: Deadline, cancellation, scans

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

// libjpeg calls this for every row of samples that it returns, and for every row of blocks that it decodes in advance.
static void on_progress(j_common_ptr common)
{
    px_reader *reader = reader_of(common);
    if (reader->cancelled != NULL && __atomic_load_n(reader->cancelled, __ATOMIC_RELAXED) != 0)
        stop(reader, px_cancelled);
    if (reader->deadline != INT64_MAX && monotonic_nanoseconds() >= reader->deadline)
        stop(reader, px_deadline);
    const struct jpeg_decompress_struct *decoder = &reader->decoder;
    reader->report.scans = decoder->input_scan_number;
    int64_t area = (int64_t)decoder->image_width * decoder->image_height;
    if (decoder->input_scan_number > reader->limits.scans
        || decoder->input_scan_number * area > reader->limits.scan_work)
        stop(reader, px_scans);
}

// MARK: The source: all bytes are in memory

static void init_source(j_decompress_ptr decoder)
{
    (void)decoder;
}

// libjpeg calls this when it has read all bytes that it has. FALSE makes it return from jpeg_read_scanlines without a
// row, and in the state before the current MCU.
static boolean fill_input_buffer(j_decompress_ptr decoder)
{
    static const JOCTET end_of_image[2] = {0xFF, JPEG_EOI};
    px_reader *reader = reader_of((j_common_ptr)decoder);
    if (reader->is_finishing)
        stop_complete(reader);
    if (reader->held_back != 0)
        return FALSE;
    if (!reader->limits.accept_truncated)
        stop(reader, px_truncated);
    if (!reader->report.truncated)
        reader->last_place = place(reader);
    reader->report.truncated = true;
    reader->source.next_input_byte = end_of_image;
    reader->source.bytes_in_buffer = sizeof end_of_image;
    return TRUE;
}

static void skip_input_data(j_decompress_ptr decoder, long count)
{
    px_reader *reader = reader_of((j_common_ptr)decoder);
    if (count <= 0)
        return;
    if ((size_t)count > reader->source.bytes_in_buffer) {
        (void)fill_input_buffer(decoder);
        return;
    }
    reader->source.next_input_byte += count;
    reader->source.bytes_in_buffer -= (size_t)count;
}

static void term_source(j_decompress_ptr decoder)
{
    (void)decoder;
}

// MARK: Segments that libjpeg does not need

// libjpeg calls this for each marker segment that is to be skipped. HeaderParser.swift has read the relevant ones
// before the first scan.
static boolean skip_segment(j_decompress_ptr decoder)
{
    px_reader *reader = reader_of((j_common_ptr)decoder);
    reader->report.markers += 1;
    if (reader->report.markers > reader->limits.markers && !reader->is_finishing)
        stop(reader, px_markers);
    unsigned length = 0;
    for (int i = 0; i < 2; i++) {
        if (reader->source.bytes_in_buffer == 0)
            (void)fill_input_buffer(decoder);
        length = length << 8 | *reader->source.next_input_byte;
        reader->source.next_input_byte += 1;
        reader->source.bytes_in_buffer -= 1;
    }
    if (length > 2)
        skip_input_data(decoder, (long)length - 2);
    return TRUE;
}

// APP0 and APP14 are left to libjpeg, because they decide the colour space.
static void install_segment_skipper(j_decompress_ptr decoder)
{
    jpeg_set_marker_processor(decoder, JPEG_COM, skip_segment);
    for (int n = 1; n < 16; n++)
        if (n != 14)
            jpeg_set_marker_processor(decoder, JPEG_APP0 + n, skip_segment);
}

// MARK: Blocks of the file

// Pillow hands files to libjpeg in blocks of this many bytes (`MAXBLOCK` in ImageFile.py).
static const size_t block_bytes = 65536;

// Makes libjpeg stop at the end of each block, as it does in Pillow. libjpeg reads some bytes in advance, and how many
// depends on where it has stopped. So the same files as in Pillow are complete among those that lack the end-of-image
// marker. All scans of a file of several scans are read before the first row, up to the marker. Arithmetic decoding
// cannot stop.
static void hold_back_blocks(px_reader *reader)
{
    j_decompress_ptr decoder = &reader->decoder;
    if (reader->limits.accept_truncated || decoder->arith_code || jpeg_has_multiple_scans(decoder))
        return;
    size_t block = (block_bytes - place(reader) % block_bytes) % block_bytes;
    if (block >= reader->source.bytes_in_buffer)
        return;
    reader->held_back = reader->source.bytes_in_buffer - block;
    reader->source.bytes_in_buffer = block;
}

static void read_row(px_reader *reader, uint8_t *row)
{
    while (jpeg_read_scanlines(&reader->decoder, &row, 1) == 0) {
        // libjpeg stops at the end of its bytes only. This is no loop without an end if it ever should not.
        if (reader->held_back == 0)
            stop(reader, px_misused);
        size_t block = reader->held_back < block_bytes ? reader->held_back : block_bytes;
        reader->held_back -= block;
        reader->source.bytes_in_buffer += block;
    }
}

// MARK: Interface

px_reader *px_reader_create(
    const uint8_t *bytes, size_t count, const px_limits *limits, const uint8_t *cancelled)
{
    px_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL)
        return NULL;
    reader->bytes = bytes;
    reader->count = count;
    reader->limits = *limits;
    reader->cancelled = cancelled;
    reader->deadline = deadline_after(limits->nanoseconds);

    reader->decoder.err = jpeg_std_error(&reader->errors);
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->errors.output_message = print_nothing;
    reader->decoder.client_data = reader;
    return reader;
}

// Checks that the reader is in stage `expected`, runs `body` after setjmp, and sets the stage to `next`. If libjpeg
// jumps, the stage stays `dead`, and libjpeg's state is never used again.
#define GUARDED(reader, expected, next, body)                  \
    do {                                                       \
        if ((reader)->stage != (expected))                     \
            return px_misused;                                 \
        (reader)->stage = dead;                                \
        if (setjmp((reader)->jump) != 0)                       \
            return (reader)->report.status;                    \
        body;                                                  \
        (reader)->stage = (next);                              \
        return px_ok;                                          \
    } while (0)

static void read_header(px_reader *reader, px_frame *frame)
{
    j_decompress_ptr decoder = &reader->decoder;
    jpeg_create_decompress(decoder);
    // jpeg_create_decompress clears everything but `err` and `client_data`.
    reader->progress.progress_monitor = on_progress;
    decoder->progress = &reader->progress;
    reader->source = (struct jpeg_source_mgr){
        .next_input_byte = reader->bytes,
        .bytes_in_buffer = reader->count,
        .init_source = init_source,
        .fill_input_buffer = fill_input_buffer,
        .skip_input_data = skip_input_data,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = term_source,
    };
    decoder->src = &reader->source;
    // 0 would mean no limit.
    decoder->mem->max_memory_to_use = reader->limits.memory_bytes < 1 ? 1 : (long)reader->limits.memory_bytes;
    install_segment_skipper(decoder);
    // A file may begin with tables alone, as abbreviated format (T.81, B.5), before the picture that uses them.
    while (jpeg_read_header(decoder, FALSE) == JPEG_HEADER_TABLES_ONLY) {
    }
    frame->width = decoder->image_width;
    frame->height = decoder->image_height;
    frame->components = decoder->num_components;
}

px_status px_reader_read_header(px_reader *reader, px_frame *frame)
{
    GUARDED(reader, opened, has_header, read_header(reader, frame));
}

static void start(px_reader *reader)
{
    j_decompress_ptr decoder = &reader->decoder;
    // Pillow decodes with the accurate integer transform, triangle-filter upsampling and block smoothing, which are
    // the defaults, and to 4 bytes a colour pixel.
    switch (decoder->num_components) {
    case 1: decoder->out_color_space = JCS_GRAYSCALE; break;
    case 4: decoder->out_color_space = JCS_CMYK; break;
    default: decoder->out_color_space = JCS_EXT_RGBX; break;
    }
    decoder->dct_method = JDCT_ISLOW;
    reader->is_starting = true;
    (void)jpeg_start_decompress(decoder);
    reader->is_starting = false;
    hold_back_blocks(reader);
}

static px_status try_start(px_reader *reader)
{
    GUARDED(reader, has_header, started, start(reader));
}

// Begins again with the bytes of the file before `end`, so that libjpeg finds a made-up end-of-image marker there.
static px_status start_again(px_reader *reader)
{
    px_frame frame;
    jpeg_destroy_decompress(&reader->decoder);
    reader->count = reader->end;
    reader->is_starting = false;
    reader->report = (px_report){0};
    memset(reader->damaged, 0, sizeof reader->damaged);
    reader->damaged_scan = 0;
    reader->damaged_end = 0;
    reader->stage = opened;
    px_status status = px_reader_read_header(reader, &frame);
    return status == px_ok ? try_start(reader) : status;
}

px_status px_reader_start(px_reader *reader)
{
    px_status status = try_start(reader);
    return status == px_failed && reader->end != 0 ? start_again(reader) : status;
}

px_status px_reader_read_row(px_reader *reader, uint8_t *row, size_t count)
{
    const struct jpeg_decompress_struct *decoder = &reader->decoder;
    if (reader->stage != started || decoder->output_scanline >= decoder->output_height
        || count != (size_t)decoder->output_width * (size_t)decoder->output_components)
        return px_misused;
    GUARDED(reader, started, started, read_row(reader, row));
}

// Reads what follows the last row as Pillow does: to the end-of-image marker, but not beyond the block of the file in
// which the last row ends.
static void finish(px_reader *reader)
{
    struct jpeg_source_mgr *source = &reader->source;
    reader->complete = reader->report;
    reader->is_finishing = true;
    if (!reader->report.truncated) {
        size_t rest = (block_bytes - place(reader) % block_bytes) % block_bytes;
        if (rest < source->bytes_in_buffer)
            source->bytes_in_buffer = rest;
    }
    (void)jpeg_finish_decompress(&reader->decoder);
}

px_status px_reader_finish(px_reader *reader)
{
    GUARDED(reader, started, finished, finish(reader));
}

const px_report *px_reader_report(const px_reader *reader)
{
    return &reader->report;
}

void px_reader_destroy(px_reader *reader)
{
    // This does nothing when the decoder was never created: its memory manager is then still NULL.
    jpeg_destroy_decompress(&reader->decoder);
    free(reader);
}
