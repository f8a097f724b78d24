package dev.querent.app.command;

import dev.querent.app.runs.Garbage;
import java.io.PrintWriter;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code querent gc}: lists what no run refers to, and deletes it if asked. */
@Command(
        name = "gc",
        description =
                "Lists what no run refers to: runs that studies have replaced, half-written files of processes that"
                        + " died, cached features that no run names. What a running run uses is not touched.",
        mixinStandardHelpOptions = true)
public final class GcCommand implements Runnable {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--delete", description = "Delete it.")
    private boolean delete;

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public void run() {
        Garbage garbage = new Garbage(runs.folder(), runs.data().root(), delete);
        PrintWriter out = spec.commandLine().getOut();
        long bytes = 0;
        for (Garbage.Item item : garbage.items()) {
            bytes += item.bytes();
            out.println(mebibytes(item.bytes()) + "  " + item.path() + "  " + item.reason());
        }
        garbage.busy()
                .forEach(run -> out.println(
                        run + " is being worked on: nothing of it, and no cached features, are" + " touched"));
        String advice = garbage.items().isEmpty() ? "" : ". Delete with: querent gc --delete";
        out.println((delete ? "deleted " : "found ") + garbage.items().size() + ", "
                + mebibytes(bytes).strip() + (delete ? "" : advice));
        out.flush();
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%9.1f MiB", bytes / (1024.0 * 1024));
    }
}
