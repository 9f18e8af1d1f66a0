//! The stack has no frames, as far as a panic in an image is concerned (docs/adr/0006).
//!
//! An image's binary has no symbols and no unwind tables, so a backtrace could show nothing. The standard library
//! carries a reader of debug information for it all the same: a tenth of a small binary. It hangs on the callback of
//! one function of the platform; where that function ignores its callback, the optimiser drops the rest. A panic still
//! prints its message and its place, and aborts.

/// What the unwinder answers when there is no further frame.
#[cfg(image)]
const END_OF_STACK: core::ffi::c_int = 5;

/// The platform's walk over the stack: over before the first frame.
#[cfg(image)]
#[unsafe(no_mangle)]
extern "C" fn _Unwind_Backtrace(_: *const core::ffi::c_void, _: *mut core::ffi::c_void) -> core::ffi::c_int {
    END_OF_STACK
}
