package ai.laconic.cli.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.laconic.cli.client.Connection;
import ai.laconic.v1.Context;
import java.io.PrintWriter;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ContextNamesTest {
  private FakeGateway gateway;
  private Connection connection;

  @BeforeEach
  void start() throws Exception {
    gateway = new FakeGateway();
    for (int i = 0; i < 5; i++) {
      gateway.contexts.add(
          Context.newBuilder().setId("ctx_" + i).setName(i < 2 ? "pair" : "n" + i).build());
    }
    connection = Connection.open(gateway.address(), Optional.empty());
  }

  @AfterEach
  void stop() {
    connection.close();
    gateway.close();
  }

  private String resolve(String typed) {
    Output output =
        new Output(new PrintWriter(gateway.out), new PrintWriter(gateway.err, true), false);
    return ContextNames.resolve(connection, output, typed);
  }

  @Test
  void aNameIsEnough() {
    assertThat(resolve("n4")).isEqualTo("ctx_4");
    assertThat(gateway.err.toString()).isEmpty();
  }

  @Test
  void ofSeveralTheNewestWinsAndThatIsSaid() {
    assertThat(resolve("pair")).isEqualTo("ctx_0");
    assertThat(gateway.err.toString())
        .isEqualToIgnoringNewLines(". ctx_0 is the newest of 2 contexts named pair");
  }

  @Test
  void theBeginningOfAnIdMustBeOneContexts() {
    assertThatThrownBy(() -> resolve("ctx_"))
        .hasMessageEndingWith(
            "context: ctx_ (expected: one context; it may be ctx_0, ctx_1, ctx_2, or one of 2"
                + " more)");
    assertThat(resolve("ctx_3")).isEqualTo("ctx_3");
    assertThatThrownBy(() -> resolve("nobody"))
        .hasMessageEndingWith("context: nobody (expected: an ID, the beginning of one, or a name)");
  }
}
