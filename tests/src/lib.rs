//! Tests of the whole: programs, boots, command lines.
