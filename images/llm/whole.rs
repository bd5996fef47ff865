//! The program as one piece of bitcode: what of [`llm`] is made small and what of its kernels is made fast come
//! together here.
#![no_std]

extern crate llm as _;
