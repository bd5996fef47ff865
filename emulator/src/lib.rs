//! Finds QEMU, runs an image with a time-out, and captures what it prints.
