package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.decoder.engine.triton.ModelMatch.MismatchException;
import ai.laconic.inference.DataType;
import ai.laconic.inference.ModelConfig;
import ai.laconic.inference.ModelInput;
import ai.laconic.inference.ModelParameter;
import ai.laconic.runtime.model.ModelFingerprint;
import org.junit.jupiter.api.Test;

class ModelMatchTest {
  private static final String HERE = "ab".repeat(32);
  private static final String OTHER = "cd".repeat(32);

  private final ModelMatch match = new ModelMatch(new ModelFingerprint(HERE));

  private static ModelConfig config(String fingerprint, DataType latents) {
    return ModelConfig.newBuilder()
        .addInput(ModelInput.newBuilder().setName("LATENTS").setDataType(latents))
        .putParameters(
            "fingerprint", ModelParameter.newBuilder().setStringValue(fingerprint).build())
        .build();
  }

  @Test
  void saysHowTheModelTakesLatents() {
    assertThat(match.check(config(HERE, DataType.TYPE_FP32))).isEqualTo(LatentType.FP32);
    assertThat(match.check(config(HERE, DataType.TYPE_FP16))).isEqualTo(LatentType.FP16);
  }

  @Test
  void refusesAnotherModel() {
    assertThatThrownBy(() -> match.check(config(OTHER, DataType.TYPE_FP32)))
        .isInstanceOf(MismatchException.class)
        .hasMessage("parameter fingerprint: " + OTHER + " (expected: " + HERE + ")");
  }

  @Test
  void refusesAModelThatDoesNotSayWhichItIs() {
    assertThatThrownBy(() -> match.check(ModelConfig.getDefaultInstance()))
        .hasMessage("parameter fingerprint: none (expected: " + HERE + ")");
  }

  @Test
  void refusesLatentsOfATypeThatIsNotKnown() {
    assertThatThrownBy(() -> match.check(config(HERE, DataType.TYPE_BF16)))
        .hasMessage("data_type of LATENTS: TYPE_BF16 (expected: TYPE_FP32 or TYPE_FP16)");
    assertThatThrownBy(
            () -> match.check(config(HERE, DataType.TYPE_FP32).toBuilder().clearInput().build()))
        .hasMessageStartingWith("data_type of LATENTS: TYPE_INVALID");
  }
}
