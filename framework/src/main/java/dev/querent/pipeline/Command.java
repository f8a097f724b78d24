package dev.querent.pipeline;

import dev.querent.collective.Collectives;

/** What rank 0, which owns the run's folder and its job repository, tells the other ranks to do. */
sealed interface Command {

    /** Work on a step together. */
    record Step(int index) implements Command {}

    /** Leave, with an exit code. */
    record End(int code) implements Command {}

    /** Tells all other ranks. */
    default void send(Collectives collectives) {
        collectives.broadcast(
                this instanceof Step step ? new long[] {0, step.index()} : new long[] {1, ((End) this).code()});
    }

    /** Waits for rank 0's next command. */
    static Command await(Collectives collectives) {
        long[] told = new long[2];
        collectives.broadcast(told);
        int value = Math.toIntExact(told[1]);
        return told[0] == 0 ? new Step(value) : new End(value);
    }
}
