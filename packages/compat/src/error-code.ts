/** Numbers of errors in `@fluvio/client`. Errors here have a `code` instead; programs that name one of these still load. */
export const ErrorCode = {
  UnknownServerError: 0,
  None: 1,
  OffsetOutOfRange: 2,
  NotLeaderForPartition: 3,
  StorageError: 4,
  SpuError: 5,
  SpuRegisterationFailed: 6,
  SpuOffline: 7,
  SpuNotFound: 8,
  SpuAlreadyExists: 9,
  TopicError: 10,
  TopicNotFound: 11,
  TopicAlreadyExists: 12,
  TopicPendingInitialization: 13,
  TopicInvalidConfiguration: 14,
  PartitionPendingInitialization: 15,
  PartitionNotLeader: 16,
} as const;
/** One of {@link ErrorCode}. */
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];
