package ai.laconic.servicekit;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Logs a failure to start as one sentence where there is one, instead of Spring's stack trace or
 * page. Anything else is left to Spring.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class StartFailureReporter implements SpringBootExceptionReporter {
  private static final Logger log = LoggerFactory.getLogger(StartFailureReporter.class);

  @Override
  public boolean reportException(Throwable failure) {
    Optional<String> sentence = StartFailure.explain(failure);
    sentence.ifPresent(log::error);
    return sentence.isPresent();
  }
}
