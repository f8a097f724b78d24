package dev.querent.app.command;

import dev.querent.app.page.PageServer;
import dev.querent.app.page.RefusedException;
import dev.querent.app.talk.ImageTalk;
import dev.querent.experiment.RunDirectory;
import dev.querent.plugin.PluginRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code querent ui}: a page for the browser of this machine, with runs, studies and a box to try a trained model. */
@Command(
        name = "ui",
        description =
                "Serves a page with runs, live curves, studies and reports, and a box to try a trained model on an"
                        + " image of one's own. Ctrl-C ends it.",
        mixinStandardHelpOptions = true)
public final class UiCommand implements Callable<Integer> {

    private static final int LARGEST_PORT = 65_535;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--port",
            paramLabel = "N",
            defaultValue = "8470",
            description = "Port, default: ${DEFAULT-VALUE}; 0 takes a free one.")
    private int port;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on, default: ${DEFAULT-VALUE}, which only this machine reaches. Whoever"
                    + " reaches another one sees all runs and may use their models: there is no password.")
    private String host = "127.0.0.1";

    @Mixin
    private PluginOptions plugins = new PluginOptions();

    @Mixin
    private RunOptions runs = new RunOptions();

    @Override
    public Integer call() throws InterruptedException {
        if (port < 0 || port > LARGEST_PORT) {
            throw new UsageException("--port: expected a number from 0 to " + LARGEST_PORT + ", found " + port);
        }
        InetSocketAddress address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new UsageException("--host: no address of this machine is called " + host);
        }
        PrintWriter err = spec.commandLine().getErr();
        try (PluginRegistry registry = plugins.open(err);
                PageServer server = start(address, registry)) {
            if (!address.getAddress().isLoopbackAddress()) {
                err.println("warning: everyone who reaches " + host + " sees all runs of " + runs.folder()
                        + " and may use their models; there is no password");
                err.flush();
            }
            PrintWriter out = spec.commandLine().getOut();
            out.println(server.uri());
            out.flush();
            new CountDownLatch(1).await(); // until a signal ends the process
        }
        return ExitCode.OK;
    }

    private PageServer start(InetSocketAddress address, PluginRegistry registry) {
        try {
            return PageServer.start(
                    address,
                    runs.folder(),
                    run -> load(run, registry),
                    spec.commandLine().getErr());
        } catch (IOException e) {
            throw new UsageException("--host, --port: cannot listen on " + host + ":" + port + ": " + e.getMessage()
                    + "; name another port, or 0 for a free one");
        }
    }

    private static ImageTalk load(RunDirectory run, PluginRegistry registry) {
        try {
            return RunTalk.load(run, registry);
        } catch (RuntimeException e) {
            throw new RefusedException(422, ErrorReport.sentence(e));
        }
    }
}
