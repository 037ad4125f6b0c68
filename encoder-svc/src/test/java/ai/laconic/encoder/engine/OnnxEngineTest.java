package ai.laconic.encoder.engine;

import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.session.Device;
import org.junit.jupiter.api.AfterEach;

class OnnxEngineTest extends EncoderEngineContract {
  @Override
  protected EncoderEngine open(ModelDirectory model) {
    return EncoderEngines.onnx(model, Device.CPU, 1);
  }

  @AfterEach
  void close() {
    engine().close();
  }
}
