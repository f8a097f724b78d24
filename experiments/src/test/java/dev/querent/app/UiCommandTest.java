package dev.querent.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UiCommandTest {

    @TempDir
    private Path folder;

    private final CommandLineRun command = new CommandLineRun();

    /** Starts the page, asks for something, and ends it. */
    private int status(String path, Object... arguments) throws IOException, InterruptedException {
        Thread page = new Thread(() -> command.run(arguments));
        page.start();
        while (command.out().isBlank() && page.isAlive()) {
            Thread.sleep(5);
        }
        try {
            return HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(
                                            URI.create(command.out().strip()).resolve(path))
                                    .build(),
                            BodyHandlers.discarding())
                    .statusCode();
        } finally {
            page.interrupt();
            page.join();
        }
    }

    @Test
    void thisMachineAloneIsListenedTo() throws IOException, InterruptedException {
        assertThat(status("/", "ui", "--port", "0", "--runs", folder.resolve("none")))
                .as("before there is any run")
                .isEqualTo(200);
        assertThat(command.out()).startsWith("http://127.0.0.1:");
        assertThat(command.err()).doesNotContain("warning");
    }

    @Test
    void anotherAddressIsWarnedOf() throws IOException, InterruptedException {
        assertThat(status("/api/runs", "ui", "--port", "0", "--host", "0.0.0.0", "--runs", folder))
                .isEqualTo(200);
        assertThat(command.err())
                .contains("warning: everyone who reaches 0.0.0.0")
                .contains("no password");
    }

    @Test
    void whatCannotBeListenedOnIsOneSentence() throws IOException {
        assertThat(command.run("ui", "--port", "65536")).isEqualTo(2);
        assertThat(command.err()).contains("--port: expected a number from 0 to 65535, found 65536");
        command.clear();
        assertThat(command.run("ui", "--host", "no.such.name.invalid")).isEqualTo(2);
        assertThat(command.err()).contains("--host: no address of this machine is called no.such.name.invalid");
        command.clear();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            assertThat(command.run("ui", "--port", taken.getLocalPort())).isEqualTo(2);
        }
        assertThat(command.err())
                .contains("name another port, or 0 for a free one")
                .hasLineCount(1);
    }
}
