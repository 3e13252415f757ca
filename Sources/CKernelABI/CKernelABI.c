// Names the module; the shims have their own headers.
