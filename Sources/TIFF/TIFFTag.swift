// SPDX-License-Identifier: Apache-2.0

/// The tags of a directory that are read (TIFF 6.0, appendix A). The raw values are the numbers in the file.
package enum TIFFTag: Int, Sendable, CaseIterable {
    case imageWidth = 256
    case imageLength = 257
    case bitsPerSample = 258
    case compression = 259
    case photometricInterpretation = 262
    case fillOrder = 266
    case stripOffsets = 273
    case orientation = 274
    case samplesPerPixel = 277
    case rowsPerStrip = 278
    case stripByteCounts = 279
    case planarConfiguration = 284
    case t4Options = 292
    case t6Options = 293
    case predictor = 317
    case colorMap = 320
    case tileWidth = 322
    case tileLength = 323
    case tileOffsets = 324
    case tileByteCounts = 325
    case extraSamples = 338
    case sampleFormat = 339
    case jpegTables = 347
    case yCbCrCoefficients = 529
    case yCbCrSubSampling = 530
    case yCbCrPositioning = 531
    case referenceBlackWhite = 532
    case iccProfile = 34675
}
