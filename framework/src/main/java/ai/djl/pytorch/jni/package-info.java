/**
 * One accessor into DJL's PyTorch engine. It has to live in DJL's package because the native entry points it calls are
 * package-private; nothing else may be added here.
 */
@org.jspecify.annotations.NullMarked
package ai.djl.pytorch.jni;
