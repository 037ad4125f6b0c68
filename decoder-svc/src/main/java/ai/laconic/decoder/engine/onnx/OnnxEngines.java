package ai.laconic.decoder.engine.onnx;

import ai.laconic.decoder.engine.DecoderEngine;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.DecoderSession;
import ai.laconic.runtime.session.Device;
import ai.laconic.servicekit.ProcessExit;
import java.time.InstantSource;

/** Opens embedded engines. */
public final class OnnxEngines {
  private OnnxEngines() {}

  /**
   * Loads the decoder and starts its loop; the engine owns the session.
   *
   * @param exit ends the process, should nothing be decoded any more
   */
  public static DecoderEngine open(
      ModelDirectory model, OnnxSettings settings, InstantSource clock, ProcessExit exit) {
    BatchingSettings batching =
        new BatchingSettings(
            model.latentWidth(),
            settings.prefillChunk(),
            settings.prefillTime(),
            model.endOfSequenceIds());
    DecoderSession session =
        DecoderSession.open(
            model, Device.CPU, settings.slots(), settings.maxPositions(), settings.threads());
    return new BatchingEngine(new SessionBatch(session), batching, clock, exit).start();
  }
}
