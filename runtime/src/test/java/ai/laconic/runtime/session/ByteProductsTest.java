package ai.laconic.runtime.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ByteProductsTest {
  @Test
  void areExactWhereCareIsTaken() {
    assertThat(ByteProducts.exact(true)).isTrue();
  }
}
