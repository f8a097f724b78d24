package dev.querent.progress;

/** Asked by long work at every optimiser step or batch: should it stop at the next safe point? */
@FunctionalInterface
public interface StopSignal {

    /** Never stops. */
    StopSignal NEVER = () -> false;

    boolean stopRequested();
}
