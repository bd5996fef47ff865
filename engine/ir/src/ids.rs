//! Index types: one for each table, so that an index cannot be used on the wrong one.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table, for indexing.
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }

            /// The id of position `index`.
            ///
            /// # Panics
            /// If the table has more than 2^32 entries, which no reader lets happen.
            #[inline]
            pub const fn new(index: usize) -> Self {
                assert!(index <= u32::MAX as usize);
                Self(index as u32)
            }
        }
    )*};
}

ids! {
    /// A type in [`crate::Types`].
    TypeId,
    /// A constant in [`crate::Module::consts`].
    ConstId,
    /// A function in [`crate::Module::funcs`].
    FuncId,
    /// A global variable in [`crate::Module::globals`].
    GlobalId,
    /// An alias in [`crate::Module::aliases`].
    AliasId,
    /// A basic block in [`crate::Function::blocks`]; 0 is the entry.
    BlockId,
    /// A parameter or instruction result in [`crate::Function::values`]: parameters first,
    /// then results in program order.
    ValueId,
}
