package dev.querent.experiment;

import dev.querent.config.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** An experiment that can't be run as written. The message has one line a problem. */
public final class ExperimentException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public ExperimentException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** Every problem, in the order of the file. */
    public List<Problem> problems() {
        return problems;
    }
}
