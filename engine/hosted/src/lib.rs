//! The engine's platform inside an ordinary Linux process.
