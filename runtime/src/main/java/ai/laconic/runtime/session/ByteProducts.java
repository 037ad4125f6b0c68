package ai.laconic.runtime.session;

import ai.laconic.runtime.graph.ByteProductGraph;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.OrtSession.SessionOptions;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * Whether this processor multiplies bytes right without being told to take care.
 *
 * <p>x64 processors without VNNI add pairs of products in 16 bits, where large ones are cut off
 * unseen. ONNX Runtime can avoid that at half the speed, but where the option is set it pays that
 * price on all processors. So the processor is asked, once, by a product whose result is known.
 */
final class ByteProducts {
  private static final String CAREFUL = "session.x64quantprecision";
  private static final int ROWS = 16;

  private ByteProducts() {}

  private static final class Probe {
    static final boolean EXACT = exact(false);
  }

  /** Returns whether sessions on this processor have to take care. */
  static boolean needCare() {
    return !Probe.EXACT;
  }

  /** Returns whether the largest products are added up right. */
  static boolean exact(boolean careful) {
    OrtEnvironment environment = OrtSessions.environment();
    byte[] largest = new byte[ROWS * ByteProductGraph.WIDTH];
    Arrays.fill(largest, (byte) 255);
    try (SessionOptions options = new SessionOptions()) {
      if (careful) {
        takeCare(options);
      }
      options.setIntraOpNumThreads(1);
      try (OrtSession session = environment.createSession(ByteProductGraph.write(), options);
          OnnxTensor bytes =
              OnnxTensor.createTensor(
                  environment,
                  ByteBuffer.wrap(largest),
                  new long[] {ROWS, ByteProductGraph.WIDTH},
                  OnnxJavaType.UINT8);
          OrtSession.Result result = session.run(Map.of(ByteProductGraph.BYTES, bytes))) {
        float[] sums = new float[largest.length];
        ((OnnxTensor) result.get(0)).getFloatBuffer().get(sums);
        float[] expected = new float[sums.length];
        Arrays.fill(expected, ByteProductGraph.SUM);
        return Arrays.equals(sums, expected);
      }
    } catch (OrtException e) {
      throw new SessionException("multiplying bytes: " + e.getMessage(), e);
    }
  }

  /** Has a session's products added up right, whatever the processor. */
  static void takeCare(SessionOptions options) throws OrtException {
    options.addConfigEntry(CAREFUL, "1");
  }
}
