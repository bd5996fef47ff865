//! Turns a snapshot into a minimal bootable image.
