package dev.querent.plugin;

/** Says why a class that is there can't be used, to whoever built its jar. */
final class LoadingProblem {

    private LoadingProblem() {}

    /** The end of a sentence that begins with the class's name. */
    static String predicate(Throwable problem) {
        if (problem instanceof UnsupportedClassVersionError) {
            return "was compiled for a newer Java than the one that runs here, "
                    + Runtime.version().feature() + ": " + problem.getMessage() + ". Compile it with --release 17";
        }
        if (problem instanceof TypeNotPresentException missing) {
            return missing(missing.typeName());
        }
        String message = String.valueOf(problem.getMessage());
        if (problem instanceof ExceptionInInitializerError) {
            return "fails when its class is initialised: " + problem.getCause();
        }
        if (problem instanceof NoClassDefFoundError && message.contains(" ")) {
            return "fails when its class is initialised: " + message;
        }
        if (problem instanceof NoClassDefFoundError || problem instanceof ClassNotFoundException) {
            return missing(message.replace('/', '.'));
        }
        if (problem instanceof IncompatibleClassChangeError) {
            return "was built against another version of Querent or of a library: " + problem;
        }
        return "can't be loaded: " + problem;
    }

    private static String missing(String type) {
        return "needs " + type + ", which is neither in its jar nor part of Querent";
    }
}
