//! Stories over the whole of Quillhouse, in one binary.

mod architecture;
