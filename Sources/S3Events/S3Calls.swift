// SPDX-License-Identifier: Apache-2.0

/// The names of calls to the API of S3 (Amazon S3 API Reference, "Actions"; S3 User Guide, "Amazon S3 CloudTrail
/// events", which names some calls differently).
enum S3Calls {
    /// The names, in lower case, of the calls after which no object has a new name or new bytes.
    static let withoutObjects = Set(
        """
        AbortMultipartUpload CreateBucket CreateBucketMetadataConfiguration
        CreateBucketMetadataTableConfiguration CreateMultipartUpload CreateSession
        DeleteAccountPublicAccessBlock DeleteBucket DeleteBucketAnalyticsConfiguration DeleteBucketCors
        DeleteBucketEncryption DeleteBucketIntelligentTieringConfiguration DeleteBucketInventoryConfiguration
        DeleteBucketLifecycle DeleteBucketMetadataConfiguration DeleteBucketMetadataTableConfiguration
        DeleteBucketMetricsConfiguration DeleteBucketOwnershipControls DeleteBucketPolicy
        DeleteBucketPublicAccessBlock DeleteBucketReplication DeleteBucketTagging DeleteBucketWebsite
        DeleteObjectAnnotation DeleteObjectTagging DeletePublicAccessBlock GetAccelerateConfiguration
        GetAccountPublicAccessBlock GetBucketAbac GetBucketAccelerateConfiguration GetBucketAcl
        GetBucketAnalyticsConfiguration GetBucketCors GetBucketEncryption
        GetBucketIntelligentTieringConfiguration GetBucketInventoryConfiguration GetBucketLifecycle
        GetBucketLifecycleConfiguration GetBucketLocation GetBucketLogging GetBucketMetadataConfiguration
        GetBucketMetadataTableConfiguration GetBucketMetricsConfiguration GetBucketNotification
        GetBucketNotificationConfiguration GetBucketObjectLockConfiguration GetBucketOwnershipControls
        GetBucketPolicy GetBucketPolicyStatus GetBucketPublicAccessBlock GetBucketReplication
        GetBucketRequestPayment GetBucketTagging GetBucketVersioning GetBucketWebsite GetObject GetObjectAcl
        GetObjectAnnotation GetObjectAttributes GetObjectLegalHold GetObjectLockConfiguration
        GetObjectLockLegalHold GetObjectLockRetention GetObjectRetention GetObjectTagging GetObjectTorrent
        GetPublicAccessBlock HeadBucket HeadObject ListBucketAnalyticsConfigurations
        ListBucketIntelligentTieringConfigurations ListBucketInventoryConfigurations
        ListBucketMetricsConfigurations ListBuckets ListDirectoryBuckets ListMultipartUploads
        ListObjectAnnotations ListObjectVersions ListObjects ListObjectsV2 ListParts
        PutAccelerateConfiguration PutAccountPublicAccessBlock PutBucketAbac PutBucketAccelerateConfiguration
        PutBucketAcl PutBucketAnalyticsConfiguration PutBucketCors PutBucketEncryption
        PutBucketIntelligentTieringConfiguration PutBucketInventoryConfiguration PutBucketLifecycle
        PutBucketLifecycleConfiguration PutBucketLogging PutBucketMetricsConfiguration PutBucketNotification
        PutBucketNotificationConfiguration PutBucketObjectLockConfiguration PutBucketOwnershipControls
        PutBucketPolicy PutBucketPublicAccessBlock PutBucketReplication PutBucketRequestPayment
        PutBucketTagging PutBucketVersioning PutBucketWebsite PutObjectAcl PutObjectAnnotation
        PutObjectLegalHold PutObjectLockConfiguration PutObjectLockLegalHold PutObjectLockRetention
        PutObjectRetention PutObjectTagging PutPublicAccessBlock RestoreObject SelectObjectContent
        UpdateBucketMetadataAnnotationTableConfiguration UpdateBucketMetadataInventoryTableConfiguration
        UpdateBucketMetadataJournalTableConfiguration UpdateObjectEncryption UploadPart UploadPartCopy
        """.lowercased().split { $0 == " " || $0 == "\n" }.map(String.init))
}
