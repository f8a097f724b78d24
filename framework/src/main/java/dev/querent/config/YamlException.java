package dev.querent.config;

/** YAML that can't or won't be read. */
public final class YamlException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public YamlException(Problem problem) {
        super(problem.toString());
        this.problem = problem;
    }

    public Problem problem() {
        return problem;
    }
}
