package dev.querent.app.page;

import dev.querent.report.RunFiles;
import java.nio.file.Path;

/** The one file of a run or study that is served as it is: its report, which needs nothing beside it. */
final class Report {

    private static final String PAGE = "report/index.html";
    private static final long MOST_BYTES = 64L << 20;

    private Report() {}

    static boolean isThere(Path folder) {
        return new RunFiles(folder).has(PAGE);
    }

    static Reply of(Path folder) {
        byte[] page = new RunFiles(folder).bytes(PAGE, MOST_BYTES);
        if (page.length == 0) {
            throw new RefusedException(404, folder.getFileName() + " has no report yet: it is written at the end");
        }
        return Reply.report(page);
    }
}
