package ai.laconic.decoder.engine.triton;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class FewestInFlightTest {
  private static EndpointState ready(int inFlight) {
    return new EndpointState(true, false, inFlight);
  }

  private static EndpointState notReady() {
    return new EndpointState(false, false, 0);
  }

  private static EndpointState tried() {
    return new EndpointState(true, true, 0);
  }

  @Test
  void takesTheOneWithTheFewest() {
    List<EndpointState> states = List.of(ready(3), ready(1), ready(2));

    for (int turn = 0; turn < 4; turn++) {
      assertThat(FewestInFlight.choose(states, turn)).hasValue(1);
    }
  }

  @Test
  void takesTurnsAmongEquals() {
    List<EndpointState> states = List.of(ready(1), ready(2), ready(1));

    assertThat(FewestInFlight.choose(states, 0)).hasValue(0);
    assertThat(FewestInFlight.choose(states, 1)).hasValue(2);
    assertThat(FewestInFlight.choose(states, 2)).hasValue(2);
    assertThat(FewestInFlight.choose(states, 3)).hasValue(0);
    assertThat(FewestInFlight.choose(states, Integer.MIN_VALUE)).isPresent();
  }

  @Test
  void passesOverThoseThatAreNotReadyOrWereTried() {
    assertThat(FewestInFlight.choose(List.of(notReady(), tried(), ready(7)), 0)).hasValue(2);
    assertThat(FewestInFlight.choose(List.of(notReady(), tried()), 0)).isEmpty();
    assertThat(FewestInFlight.choose(List.of(), 0)).isEmpty();
  }
}
