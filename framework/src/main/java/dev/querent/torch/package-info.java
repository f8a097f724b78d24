/**
 * The way to libtorch: kernels written as TorchScript text, gradient mode, and nothing that knows a model. The only
 * package that sees DJL's PyTorch engine. Ownership rule of every function here: a result belongs to the manager of the
 * first tensor argument, so parameters never stand first.
 */
@org.jspecify.annotations.NullMarked
package dev.querent.torch;
