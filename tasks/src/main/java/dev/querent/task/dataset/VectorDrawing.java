package dev.querent.task.dataset;

import com.github.weisj.jsvg.SVGDocument;
import com.github.weisj.jsvg.parser.LoaderContext;
import com.github.weisj.jsvg.parser.SVGLoader;
import com.github.weisj.jsvg.view.ViewBox;
import dev.querent.image.BadImageException;
import java.awt.Color;
import java.awt.Component;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import javax.imageio.ImageIO;

/** Turns an SVG drawing into a PNG on white. */
final class VectorDrawing {

    /** A little larger than what small models look at, so that a crop of it isn't blurred. */
    private static final int SIDE = 72;

    private VectorDrawing() {}

    /**
     * @throws BadImageException where the drawing can't be understood
     */
    static byte[] png(byte[] svg, String name) {
        SVGDocument document;
        try {
            document = new SVGLoader().load(new ByteArrayInputStream(svg), null, LoaderContext.createDefault());
        } catch (RuntimeException e) {
            throw new BadImageException(name + ": no SVG drawing (" + e.getMessage() + ")");
        }
        if (document == null) {
            throw new BadImageException(name + ": no SVG drawing");
        }
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, SIDE, SIDE);
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        document.render((Component) null, graphics, new ViewBox(0, 0, SIDE, SIDE));
        graphics.dispose();
        try (ByteArrayOutputStream out = new ByteArrayOutputStream()) {
            ImageIO.write(image, "png", out);
            return out.toByteArray();
        } catch (IOException e) {
            throw new BadImageException(name + ": " + e.getMessage());
        }
    }
}
