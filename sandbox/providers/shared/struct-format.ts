/** Field numbers of google.protobuf.Value (protobuf/struct.proto). */
export const NULL = 1;
export const NUMBER = 2;
export const STRING = 3;
export const BOOL = 4;
export const STRUCT = 5;
export const LIST = 6;

/** Wire types of the protobuf encoding. */
export const VARINT = 0;
export const FIXED64 = 1;
export const DELIMITED = 2;
export const FIXED32 = 5;
