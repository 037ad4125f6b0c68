package ai.laconic.triton.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import org.junit.jupiter.api.Test;

class NamedRefusalTest {
  @Test
  void isFoundInTheMidstOfWhatTritonSays() {
    assertThat(
            NamedRefusal.in(
                "Failed: FAILED_PRECONDITION: fingerprint: ab (expected: cd)\nat model.py"))
        .hasValue(
            new NamedRefusal(Status.Code.FAILED_PRECONDITION, "fingerprint: ab (expected: cd)"));
  }

  @Test
  void isNotEverythingThatLooksLikeIt() {
    assertThat(NamedRefusal.in("INTERNAL: CUDA error")).isEmpty();
    assertThat(NamedRefusal.in("NOT_OUT_OF_RANGE: 3")).isEmpty();
    assertThat(NamedRefusal.in("OUT_OF_RANGE")).isEmpty();
    assertThat(NamedRefusal.in("")).isEmpty();
  }
}
