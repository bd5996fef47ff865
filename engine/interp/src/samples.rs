//! Values that parameters have had.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::ValueFrame;
use bareflow_ir::{FuncId, Module, Type};
use bareflow_profile::ParamValues;
use spin::Mutex;

use crate::machine::{Fp, read};

/// Calls whose parameters are looked at.
pub(crate) const SAMPLED_CALLS: u64 = 64;
/// Values told apart for one parameter.
const VALUES: usize = 4;

/// Values seen in the integer and pointer parameters of all functions.
pub(crate) struct Samples(Mutex<Vec<Sample>>);

/// Values seen in those of one function.
#[derive(Clone, Default, Debug)]
struct Sample {
    /// Offset in the frame of each parameter that is looked at.
    places: Option<Vec<u32>>,
    params: Vec<ParamValues>,
}

impl Samples {
    /// Nothing seen yet, of so many functions.
    pub fn new(functions: usize) -> Self {
        Self(Mutex::new(vec![Sample::default(); functions]))
    }

    /// Looks at the parameters of a call. If another processor is at it this one is not seen.
    ///
    /// # Safety
    /// They lie at `frame`.
    pub unsafe fn take(&self, module: &Module, id: FuncId, frame: Fp) {
        let Some(mut all) = self.0.try_lock() else { return };
        let sample = &mut all[id.index()];
        if sample.places.is_none() {
            let (places, params) = sampled_params(module, id);
            sample.places = Some(places);
            sample.params = params;
        }
        let Sample { places: Some(places), params } = sample else { return };
        for (at, param) in places.iter().zip(params) {
            // SAFETY: the caller's.
            let value = unsafe { read::<u64>(frame, *at) };
            if let Some(known) = param.values.iter_mut().find(|known| known.0 == value) {
                known.1 += 1;
            } else if param.values.len() < VALUES {
                param.values.push((value, 1));
            } else {
                param.other += 1;
            }
        }
    }

    /// What was seen in the parameters of a function, the most frequent values first.
    pub fn of(&self, id: FuncId) -> Vec<ParamValues> {
        let mut params = self.0.lock()[id.index()].params.clone();
        for param in &mut params {
            param.values.sort_by_key(|value| core::cmp::Reverse(value.1));
        }
        params
    }
}

/// Places in the frame of the parameters that are looked at.
fn sampled_params(module: &Module, id: FuncId) -> (Vec<u32>, Vec<ParamValues>) {
    let func = module.func(id);
    let (mut places, mut params) = (Vec::new(), Vec::new());
    let Some((_, list, _)) = module.types.signature(func.ty) else { return (places, params) };
    let Some(frame) = ValueFrame::of(&module.types, func) else { return (places, params) };
    for (index, ty) in list.iter().enumerate() {
        if matches!(module.types.get(*ty), Type::Int(1..=64) | Type::Ptr)
            && let Some(word) = frame.word.get(index)
        {
            places.push(word * 8);
            params.push(ParamValues { param: index as u32, ..ParamValues::default() });
        }
    }
    (places, params)
}
