package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.runtime.TestCheckpoint;
import ai.laconic.runtime.graph.EncoderGraph;
import ai.laconic.runtime.model.ModelDirectory;
import ai.laconic.runtime.quantise.ModelQuantiser;
import ai.laconic.runtime.quantise.Precision;
import ai.onnxruntime.OrtSession;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ByteProductsTest {
  @Test
  void areExactWhereCareIsTaken() {
    assertThat(ByteProducts.exact(true)).isTrue();
  }

  @Test
  void areTakenCareOfInEveryLayerOfAModel(@TempDir Path temp) throws Exception {
    Path floats = TestCheckpoint.at(temp.resolve("m")).path();
    Path bytes =
        ModelQuantiser.write(floats, Precision.INT8, Precision.FLOAT, Optional.empty()).path();
    ModelDirectory model = ModelDirectory.open(bytes);
    try (OrtSession session =
        OrtSessions.open(EncoderGraph.write(model, false), model.path(), Device.CPU, 1, true)) {
      assertThat(session.getNumOutputs()).isEqualTo(1);
    }
  }
}
