//! The host tools: image, run, boot, grow, snapshot, bench, demo.
