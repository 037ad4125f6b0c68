package ai.laconic.cache.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RedisProblemsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "LOADING Redis is loading the dataset in memory | UNAVAILABLE: Redis: answers LOADING",
        "ERR Error running script: -READONLY You can't write | UNAVAILABLE: Redis: answers READONLY",
        "WRONGPASS invalid username-password pair | UNAVAILABLE: Redis: answers WRONGPASS",
        "OOM command not allowed when used memory > 'maxmemory'. | RESOURCE_EXHAUSTED: Redis: out of"
            + " memory (expected: room below its maxmemory)",
      })
  void readsWhatRedisAnswers(String answer, String message) {
    assertThat(problem(new RedisCommandExecutionException(answer))).hasMessage(message);
  }

  @Test
  void whatOnlyAMistakeOfOursExplainsStaysInTheLog() {
    assertThat(problem(new RedisCommandExecutionException("WRONGTYPE Operation against a key")))
        .hasMessage(
            "UNAVAILABLE: Redis: refused a command (expected: done; the service's log has it)");
  }

  @Test
  void silenceAndBrokenConnectionsAreUnavailable() {
    assertThat(problem(new TimeoutException()))
        .hasMessage("UNAVAILABLE: Redis: no answer within PT2S");
    assertThat(problem(new CancellationException()))
        .hasMessage("UNAVAILABLE: Redis: not connected");
    assertThat(problem(new RedisConnectionException("Unable to connect to secret")))
        .hasMessage("UNAVAILABLE: Redis: not connected");
  }

  private static RuntimeException problem(Throwable failure) {
    return RedisProblems.of("Redis", Duration.ofSeconds(2), failure);
  }
}
