package dev.querent.report;

import dev.querent.file.AtomicFile;
import java.nio.file.Path;
import java.util.List;

/**
 * Several runs side by side: {@code comparison.md} with plots and {@code pictures/} beside it, and {@code index.html} which needs
 * nothing beside it. Made of the runs' folders, which stay as they are.
 */
public final class ComparisonReport {

    private static final String MARKDOWN = "comparison.md";

    private ComparisonReport() {}

    /** What tells a folder with a comparison from another. */
    public static Path markdown(Path folder) {
        return folder.resolve(MARKDOWN);
    }

    /**
     * Writes or replaces the comparison.
     *
     * @param runFolders {@code runs/NAME}, at least two, in the order of the columns
     * @param folder is made where it isn't there
     */
    public static void write(List<Path> runFolders, Path folder) {
        Page page = ComparisonPage.of(runFolders.stream().map(RunContents::read).toList());
        page.pictures().forEach(picture -> AtomicFile.write(folder.resolve(picture.link()), picture.png()));
        page.write(folder, MARKDOWN);
    }
}
