// The address of a frame as Sigma's hosts sign it, with a JWT that opens one session.
package main

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"time"
)

type object map[string]any

func main() {
	now := time.Now().Unix() // seconds, not milliseconds
	id := make([]byte, 16)
	rand.Read(id)
	// Without `kid`, the client id, no key is meant.
	header, _ := json.Marshal(object{"alg": "HS256", "typ": "JWT", "kid": os.Getenv("CLIENT_ID")})
	claims, _ := json.Marshal(object{
		"sub":             os.Getenv("SUBJECT"), // an e-mail address
		"jti":             id,
		"iat":             now,
		"exp":             now + 600,
		"tenant":          os.Getenv("TENANT"),
		"teams":           json.RawMessage(os.Getenv("TEAMS")),
		"account_type":    os.Getenv("ACCOUNT_TYPE"),
		"user_attributes": json.RawMessage(os.Getenv("ATTRIBUTES")), // values are texts
	})

	encoded := base64.RawURLEncoding.EncodeToString
	signed := encoded(header) + "." + encoded(claims)
	// The key is the text of the secret, also if it looks like hexadecimal.
	mac := hmac.New(sha256.New, []byte(os.Getenv("SECRET")))
	mac.Write([]byte(signed))
	token := signed + "." + encoded(mac.Sum(nil))
	fmt.Println(os.Getenv("VITRINE_URL") + os.Getenv("CONTENT") + "?:jwt=" + token + "&:embed=true")
}
