package ai.laconic.decoder.service;

import static org.assertj.core.api.Assertions.assertThat;

import ai.laconic.decoder.engine.EndReason;
import ai.laconic.decoder.engine.Token;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class TokenQueueTest {
  @Test
  void aDelayWithoutEndKeepsNeitherTheFirstTokenNorTheLast() throws Exception {
    Token token = new Token(7, null);
    try (TokenQueue queue = new TokenQueue(() -> {}, Duration.ofSeconds(Long.MAX_VALUE))) {
      queue.token(token);
      assertThat(queue.next()).containsExactly(token);

      queue.token(token);
      queue.token(token);
      queue.finished(EndReason.STOP);
      assertThat(queue.next()).containsExactly(token, token);
      assertThat(queue.next()).isEmpty();
    }
  }
}
