// RUN: sinter-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{malformed dimension 'n +'}}
func.func @malformed(%x: tensor<?xf32, #sinter.dims<"n +">>) { return }

// -----

// expected-error@+1 {{dimension 'seq + past' is not in canonical form, write 'past + seq'}}
func.func @order(%x: tensor<?xf32, #sinter.dims<"seq + past">>) { return }

// -----

// expected-error@+1 {{dimension 'n + n' is not in canonical form, write '2*n'}}
func.func @sum(%x: tensor<?xf32, #sinter.dims<"n + n">>) { return }

// -----

// expected-error@+1 {{encoding has 1 dimensions, the tensor has 2}}
func.func @count(%x: tensor<?x3xf32, #sinter.dims<"n">>) { return }

// -----

// expected-error@+1 {{dimension 1 and its expression '4' disagree}}
func.func @number(%x: tensor<?x3xf32, #sinter.dims<"n", "4">>) { return }

// -----

// expected-error@+1 {{dimension 0 and its expression '4' disagree}}
func.func @dynamic(%x: tensor<?x3xf32, #sinter.dims<"4", "3">>) { return }

// -----

// expected-error@+1 {{sizes of a cache must be positive}}
func.func @cache(%x: !sinter.cache<0 x 3 x 16 x 8 x 8 x f32>) { return }

// -----

// expected-error@+1 {{a cache holds floats, not 'i8'}}
func.func @cache_element(%x: !sinter.cache<1 x 3 x 16 x 8 x 8 x i8>) { return }

// -----

// expected-error@+1 {{malformed expression 'rows *'}}
func.func @work() attributes {work = #sinter.work<name = "n", kind = "norm", bytes = "0", flops = "rows *", serial = false>} { return }

// -----

// expected-error@+1 {{a buffer of 128 bytes at 0 in use from 3 to 2}}
func.func @plan() attributes {plan = #sinter.arena_buffer<name = "a", until = "b", offset = 0, bytes = 128, first = 3, last = 2>} { return }

// -----

// expected-error@+1 {{a ring must have 0 .. capacity - 1 positions, not 16}}
func.func @cache_ring(%x: !sinter.cache<1 x 3 x 16 x 8 x 8 x f32, rings [16]>) { return }

// -----

// expected-error@+1 {{2 rings for 1 layers}}
func.func @cache_rings(%x: !sinter.cache<1 x 3 x 16 x 8 x 8 x f32, rings [4, 0]>) { return }
