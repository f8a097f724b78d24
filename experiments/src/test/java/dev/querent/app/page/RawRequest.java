package dev.querent.app.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A request byte by byte, as no well-behaved client sends it. */
record RawRequest(String head, byte[] body) {

    RawRequest(String head) {
        this(head, new byte[0]);
    }

    /** The whole answer, head and body. */
    String send(URI server) throws IOException {
        return send(server, false);
    }

    /** The same by a sender that goes away in the middle of what it has announced. */
    String sendAndStop(URI server) throws IOException {
        return send(server, true);
    }

    private String send(URI server, boolean stop) throws IOException {
        try (Socket socket = new Socket(server.getHost(), server.getPort())) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            all.writeBytes((head.replace("\n", "\r\n") + "Connection: close\r\n\r\n").getBytes(StandardCharsets.UTF_8));
            all.writeBytes(body);
            socket.getOutputStream().write(all.toByteArray());
            if (stop) {
                socket.shutdownOutput();
            }
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
