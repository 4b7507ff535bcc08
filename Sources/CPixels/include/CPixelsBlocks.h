// SPDX-License-Identifier: Apache-2.0
//
// The inner loops of the writer of JPEG files from grids: the transform, the quantization and the entropy coding of
// blocks, as libjpeg-turbo does them with its defaults. WritingFromTheGrid.md of the module JPEGEncoder proves that the
// bits are those of libjpeg-turbo.
//
// The words: a cell is an element of a grid, whose sample a rectangle of the picture shows. A component has a plane,
// one sample for each cell. A block has 8 x 8 samples of a component, and an MCU the blocks of all components for one
// square of the picture (ITU-T T.81, A.1 and A.2). A coefficient is 8 times as large as that of the standard.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /// The value of `px_side.edge` for a side without a place of an edge.
    PX_NO_EDGE = 255,
    /// The number of places at which the edge between two cells can cross the 8 samples of one side of a block: place i
    /// is before sample i, 0...7, and place 8 + i goes through sample i, which is then the mean of both cells.
    PX_EDGE_PLACES = 16,
    /// The number of heights of an edge, -255...255: the sample of the first cell less that of the last cell.
    PX_EDGE_HEIGHTS = 511,
    /// An upper bound of the number of 64-bit words that the code of a block fills: 64 codes of at most 26 bits are 26
    /// words, and the bits that precede them in the first word are fewer than 64.
    PX_LONGEST_BLOCK = 27,
    /// The largest number of blocks of an MCU.
    PX_MOST_BLOCKS = 6,
    /// The number of values, half of them negative, of an AC coefficient whose complete codes are in a table.
    PX_SMALL_VALUES = 64,
    /// The number of bytes behind the last plane that may be read.
    PX_PLANE_PADDING = 16,
};

/// The relation of the samples along one side of a block to the pixels of the picture.
typedef enum __attribute__((enum_extensibility(closed))) px_sampling {
    /// A sample is a pixel. Beyond the picture the last pixel is repeated, as by libjpeg.
    px_full,
    /// The side is a top side, and a sample is the mean of two columns of pixels. Beyond the right of the picture
    /// libjpeg repeats the last pixel and then takes the means (`expand_right_edge` in jcsample.c).
    px_halved_columns,
    /// The side is a left side, and a sample is the mean of two rows of pixels. Beyond the bottom libjpeg repeats the
    /// last row of pixels to complete a pair, and then repeats the mean of that pair (`pre_process_data` in
    /// jcprepct.c).
    px_halved_rows,
} px_sampling;

/// The cells of a grid that the 8 samples along one side of a block show. Consecutive samples that show the same cells
/// form a run. A sample of a component that is not subsampled shows one cell. A sample of a subsampled component is the
/// mean of two pixels along the side, and so shows one cell or two.
typedef struct px_side {
    /// The number of runs, 1...8; 0 if the block lies beyond the picture.
    uint8_t runs;
    /// The place at which the samples change from the first cell of the side to the last. It is 0 if the side shows one
    /// cell, and `PX_NO_EDGE` if it shows a third cell, if more than one sample is a mean of both cells, or if the
    /// block lies beyond the picture.
    uint8_t edge;
    /// True if all samples show one and the same cell.
    bool is_level;
    /// The grid row or column of the first cell that the side shows, from the left or from the top, and of the last.
    uint8_t first, last;
    /// The index 0...7 of the first sample of each run.
    uint8_t starts[8];
    /// The grid rows or columns of the one or two cells that each sample shows, less `first`: elements 2 i and 2 i + 1
    /// are for sample i, and equal if it shows one cell.
    uint8_t cells[16];
} px_side;

/// Fills `side` with the cells that the samples `start ..< start + 8` of a component show, counted from the left or the
/// top of the component. `cells` has the cell that each of `length` pixels shows, from the left or from the top; the
/// cells never decrease. A side that begins beyond the picture has no runs, if it is not subsampled.
void px_fill_side(px_side *side, const uint8_t *cells, size_t length, size_t start, px_sampling sampling);

/// The samples of the components of a picture from those of a grid with `bands` samples a cell: 1 for gray, 3 for red,
/// green and blue, which become Y, Cb and Cr, and 4 for CMYK, whose samples are inverted as Adobe's are. `planes`
/// receives `count` samples of the first component, then of the second, and so on.
///
/// The conversion is libjpeg's `rgb_ycc_convert` (jccolor.c; JFIF 1.02, "Conversion to and from RGB"): its factors are
/// integers in units of 2^-16, and its results are rounded, halves of Y upwards, of Cb and Cr downwards.
void px_fill_planes(uint8_t *planes, const uint8_t *samples, size_t count, int bands);

/// The code of a block with one edge, without that of its DC coefficient: the codes of the AC coefficients and of EOB,
/// 126 bits at most.
typedef struct px_edge_code {
    /// The last `count` bits of the code, in the lowest bits of this value. The bits above them are 0.
    uint64_t bits;
    /// The first `first_count` bits of the code, in the lowest bits of this value. They exist only if the code has more
    /// than 63 bits. The bits above them are 0.
    uint64_t first_bits;
    /// The number of bits in `bits`, 0...63. It is the length of the whole code if `first_count` is 0.
    uint8_t count;
    /// The number of bits in `first_bits`, 0...63.
    uint8_t first_count;
    /// The DC coefficient of the block, less that of a block whose samples all show the last cell.
    int16_t rise;
} px_edge_code;

/// A Huffman code, alone or followed by additional bits (ITU-T T.81, F.1.2): the lowest 5 bits are the number of its
/// bits, 0...26, and the bits above are the code.
typedef uint32_t px_code;

/// The tables of the blocks of a component: those of luminance or those of chrominance.
typedef struct px_block_tables px_block_tables;

/// Creates tables, which are never freed, from the quantization steps 3...61 of a block, row by row, and from the
/// Huffman codes of the symbols of DC and of AC coefficients. The process ends if the system has no memory left.
const px_block_tables *px_create_block_tables(
    const uint8_t steps[64], const px_code dc[256], const px_code ac[256]);

/// Returns the complete code of a DC difference, -255...255.
px_code px_dc_code(const px_block_tables *tables, int difference);

/// Returns the code of a block with an edge of a height at a place, between two columns of the grid or between two
/// rows.
px_edge_code px_code_of_edge(const px_block_tables *tables, bool is_between_rows, int place, int height);

/// Returns the magnitude of a coefficient, 0...16384, divided by 8 q and rounded, where q is the quantization step at
/// `place` in the block.
int px_quotient(const px_block_tables *tables, int place, int magnitude);

/// The quantized coefficients of a block.
typedef struct px_quantized {
    /// A word whose bit i is set if the coefficient at position i of the zigzag order is not zero.
    uint64_t nonzero;
    /// The coefficients, row by row. The rows after the first may be unset if all their elements are zero.
    int16_t values[64];
    /// True if all AC coefficients are in -32...31, and at most 15 zeros precede each that is not zero.
    bool is_plain;
} px_quantized;

/// The end of a string of bits, to which bits are appended.
typedef struct px_bits {
    /// The address of the next full 64-bit word. The first bit of a word is its highest.
    uint64_t *end;
    /// The bits after the last full word: the lowest `pending_count` bits of this value. The bits above them are
    /// undefined.
    uint64_t pending;
    /// The number of bits in `pending`, 0...63.
    uint64_t pending_count;
} px_bits;

/// A component of a picture.
typedef struct px_component {
    /// The samples of the cells, row by row from the top. `PX_PLANE_PADDING` bytes after the last plane may be read.
    const uint8_t *samples;
    const px_block_tables *tables;
    /// The quantized DC coefficient of the block that was coded last, 0 before the first. The next DC coefficient is
    /// coded as its difference to this one (ITU-T T.81, F.1.1.5.1).
    int32_t prediction;
} px_component;

/// A block of an MCU.
typedef struct px_block {
    /// The index of the block's component.
    uint8_t component;
    /// The index of the block's left side among those of an MCU, and of its top side.
    uint8_t row, column;
} px_block;

/// One side of an MCU, the top side or the left side.
typedef struct px_mcu_sides {
    /// The sides of its blocks. In 4:2:0 these are two for the luminance blocks, followed by one for the chrominance
    /// blocks; else one for the blocks of all components.
    px_side blocks[3];
    /// True if all blocks show one and the same cell along the side, and none lies beyond the picture.
    bool is_level;
    /// True if a block lies beyond the picture: `runs` of its side is 0.
    bool has_dummy;
    /// The number of consecutive MCUs whose sides show the same. It exceeds 1 only if `is_level` is true.
    uint32_t count;
} px_mcu_sides;

/// A coder of rows of MCUs.
typedef struct px_mcu_coder {
    px_component components[4];
    int32_t component_count;
    /// The blocks of an MCU in the order of the scan (ITU-T T.81, A.2.3).
    px_block blocks[PX_MOST_BLOCKS];
    int32_t block_count;
    /// The number of cells along each side of the grid.
    size_t size;
    /// The MCUs of a row from the left, equal ones once.
    const px_mcu_sides *columns;
    size_t column_count;
} px_mcu_coder;

/// The inner loops, compiled for one kind of processor.
typedef struct px_block_kernels {
    /// Quantizes a block: stores its coefficients, divided by 8 q and rounded, halves away from zero.
    void (*quantize)(const uint8_t *samples, size_t size, const px_side *rows, const px_side *columns,
        const px_block_tables *tables, px_quantized *block);
    /// Appends the code `dc`, the codes of the AC coefficients of a block, and EOB unless the last is not zero.
    void (*code)(px_code dc, const px_quantized *block, const px_block_tables *tables, px_bits *bits);
    /// Appends the code of the first MCU of a row, whose left side is `rows`, to `bits`. There must be room for
    /// `PX_LONGEST_BLOCK` words for each block.
    void (*code_first)(px_mcu_coder *coder, const px_mcu_sides *rows, px_bits *bits);
    /// Appends the codes of the MCUs of a row after the first, from `columns[index]` on, to `bits` while the words
    /// before `limit` have room. Returns the index of the MCU that has no room; `column_count` if all are coded.
    size_t (*code_others)(
        px_mcu_coder *coder, const px_mcu_sides *rows, size_t index, px_bits *bits, const uint64_t *limit);
} px_block_kernels;

/// Returns the number of words for which there must be room so that `code_others` codes the MCU with an index.
size_t px_mcu_words(const px_mcu_coder *coder, size_t index);

/// The inner loops, compiled for every processor of the architecture that the program is built for.
extern const px_block_kernels px_portable_block_kernels;

/// Returns the inner loops that are the fastest on the processor on which the program runs.
const px_block_kernels *px_best_block_kernels(void);

#ifdef __cplusplus
}
#endif
